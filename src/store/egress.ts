/** Where runs may go, and where they were not let out to. */

import type { Repo } from '#src/core/item.ts';
import type { EgressRefusal, Refused } from '#src/core/network/refusal.ts';
import type { Executor } from './open.ts';
import type { RunSpec } from './runs.ts';

/** Places of one run that are kept by name. */
const mostHosts = 500;
/** The row that counts the tries at all others; no place has this name. */
const others = '';

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

/** Counts one more try. */
export async function addRefusal(
  db: Executor,
  run: string,
  host: string,
  reason: EgressRefusal,
  now: number,
): Promise<void> {
  const counted = await db
    .updateTable('refused_hosts')
    .set((eb) => ({ times: eb('times', '+', 1), reason, at: now }))
    .where('run', '=', run)
    .where('host', '=', host)
    .executeTakeFirst();
  if (counted.numUpdatedRows > 0n) return;
  const { rows } = await db
    .selectFrom('refused_hosts')
    .select((eb) => eb.fn.countAll<number>().as('rows'))
    .where('run', '=', run)
    .executeTakeFirstOrThrow();
  await db
    .insertInto('refused_hosts')
    .values({ run, host: rows < mostHosts ? host : others, reason, at: now })
    .onConflict((oc) =>
      oc
        .columns(['run', 'host'])
        .doUpdateSet((eb) => ({ times: eb('refused_hosts.times', '+', 1), at: now })),
    )
    .execute();
}

/** The places a run was not let out to, the most often tried first. */
export async function refusedHosts(db: Executor, run: string): Promise<Refused> {
  const rows = await db
    .selectFrom('refused_hosts')
    .select(['host', 'reason', 'times'])
    .where('run', '=', run)
    .orderBy('times', 'desc')
    .orderBy('host')
    .execute();
  const named = rows.filter(({ host }) => host !== others);
  return {
    hosts: named.map((row) => ({ ...row, reason: row.reason as EgressRefusal })),
    beyond: rows.find(({ host }) => host === others)?.times ?? 0,
  };
}
