/** Where runs may go, and where they were not let out to. */

import type { Repo } from '#src/core/item.ts';
import type { EgressRefusal, RefusedHost } from '#src/core/network/refusal.ts';
import type { Executor } from './open.ts';
import type { RunSpec } from './runs.ts';

/** Rows of one run; a run that tries more places is told no all the same. */
const mostHosts = 50;

/** What a run that is under way was given; undefined for one that is over or never was. */
export async function wayOutOf(
  db: Executor,
  run: string,
): Promise<{ network: string[]; repository: string } | undefined> {
  const row = await db
    .selectFrom('runs')
    .innerJoin('items', 'items.id', 'runs.item')
    .innerJoin('repos', 'repos.id', 'items.repo')
    .select(['runs.spec', 'repos.facts'])
    .where('runs.id', '=', run)
    .where('runs.state', '<>', 'over')
    .executeTakeFirst();
  if (!row) return undefined;
  const { owner, name } = JSON.parse(row.facts) as Repo;
  return { network: (JSON.parse(row.spec) as RunSpec).network ?? [], repository: `${owner}/${name}` };
}

/** Counts one more try; says whether the place is a new one for the run. */
export async function addRefusal(
  db: Executor,
  run: string,
  host: string,
  reason: EgressRefusal,
  now: number,
): Promise<boolean> {
  const counted = await db
    .updateTable('refused_hosts')
    .set((eb) => ({ times: eb('times', '+', 1), reason, at: now }))
    .where('run', '=', run)
    .where('host', '=', host)
    .executeTakeFirst();
  if (counted.numUpdatedRows > 0n) return false;
  const { rows } = await db
    .selectFrom('refused_hosts')
    .select((eb) => eb.fn.countAll<number>().as('rows'))
    .where('run', '=', run)
    .executeTakeFirstOrThrow();
  if (rows >= mostHosts) return false;
  const row = { run, host, reason, at: now };
  await db
    .insertInto('refused_hosts')
    .values(row)
    .onConflict((oc) => oc.doNothing())
    .execute();
  return true;
}

/** The places a run was not let out to, the most often tried first. */
export async function refusedHosts(db: Executor, run: string): Promise<RefusedHost[]> {
  const rows = await db
    .selectFrom('refused_hosts')
    .select(['host', 'reason', 'times'])
    .where('run', '=', run)
    .orderBy('times', 'desc')
    .orderBy('host')
    .execute();
  return rows.map((row) => ({ ...row, reason: row.reason as EgressRefusal }));
}
