/** Small values of the installation, made once per data directory. */
import type { Executor } from './open.ts';

/** The value under a name; `make` gives it when there is none yet. */
export async function metaValue(db: Executor, name: string, make: () => string): Promise<string> {
  await db
    .insertInto('meta')
    .values({ name, value: make() })
    .onConflict((oc) => oc.column('name').doNothing())
    .execute();
  const row = await db.selectFrom('meta').select('value').where('name', '=', name).executeTakeFirstOrThrow();
  return row.value;
}

/** Sets the value under a name, whatever it was. */
export async function setMeta(db: Executor, name: string, value: string): Promise<void> {
  await db
    .insertInto('meta')
    .values({ name, value })
    .onConflict((oc) => oc.column('name').doUpdateSet({ value }))
    .execute();
}
