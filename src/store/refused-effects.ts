/** Effects that were refused for want of a permission, and are tried again now and then: it may have been given meanwhile. */
import { sql } from 'kysely';
import type { EffectKind } from '#src/core/effect.ts';
import type { Executor } from './open.ts';

const isRefused = sql<boolean>`state = 'dropped' and not_before > 0`;

/** Opens what was dropped for a while and is due. Returns when the next one is, milliseconds since the epoch. */
export async function takeUpRefused(db: Executor, now: number): Promise<number | undefined> {
  const next = async () =>
    db
      .selectFrom('effects')
      .select((eb) => eb.fn.min('not_before').as('at'))
      .where(isRefused)
      .executeTakeFirst();
  const at = (await next())?.at ?? undefined;
  if (at === undefined || at > now) return at;
  await db
    .updateTable('effects')
    .set({ state: 'intended', updated_at: now })
    .where(isRefused)
    .where('not_before', '<=', now)
    .execute();
  return (await next())?.at ?? undefined;
}

/** Has what was dropped for a while in some repositories taken up now. */
export async function hurryRefused(db: Executor, repos: readonly number[], now: number): Promise<void> {
  await db
    .updateTable('effects')
    .set({ not_before: now })
    .where(isRefused)
    .where('item', 'in', (query) => query.selectFrom('items').select('id').where('repo', 'in', repos))
    .execute();
}

/** What an effect was refused for, while that lasts. */
export async function refusedFor(db: Executor, item: string, kind: EffectKind): Promise<string | undefined> {
  const row = await db
    .selectFrom('effects')
    .select('error')
    .where('item', '=', item)
    .where('kind', '=', kind)
    .where(isRefused)
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row?.error ?? undefined;
}
