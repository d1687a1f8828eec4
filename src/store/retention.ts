/**
 * Forgets what nothing asks for any more, a few rows at a time. `before` is in milliseconds since the epoch; what a
 * decision, a recovery or an effect may still look for stays, however old it is.
 */
import { sql } from 'kysely';
import type { Effect } from '#src/core/effect.ts';
import type { Status } from '#src/core/status.ts';
import type { Executor } from './open.ts';

/** Nothing happens to an item in these until somebody asks for it again, and that has a generation of its own. */
const finished: Status[] = ['done', 'failed', 'cancelled'];

/** Forgets deliveries that were dealt with, the oldest first. Returns how many. */
export async function forgetDeliveries(db: Executor, before: number, most: number): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('deliveries')
    .where('seq', 'in', (query) =>
      query
        .selectFrom('deliveries')
        .select('seq')
        // A literal, as the index has it.
        .where(sql<boolean>`state <> 'pending'`)
        .where('received_at', '<', before)
        .orderBy('received_at')
        .limit(most),
    )
    .executeTakeFirst();
  return Number(numDeletedRows);
}

/**
 * Runs that ended before, oldest first. The latest run of an item that is not finished stays, since `peek` shows it, with
 * the one that its workspace is named after. So does one whose item still has something to send.
 */
export async function forgettableRuns(db: Executor, before: number, most: number): Promise<string[]> {
  const rows = await db
    .selectFrom('runs')
    .select('id')
    .where(sql<boolean>`state = 'over'`)
    .where('heard_at', '<', before)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('items')
            .innerJoin('runs as latest', 'latest.id', 'items.run')
            .select('items.id')
            .whereRef('items.id', '=', 'runs.item')
            .where('items.status', 'not in', finished)
            .where(({ or, eb, ref }) =>
              or([eb('latest.id', '=', ref('runs.id')), eb('latest.workspace', '=', ref('runs.id'))]),
            ),
        ),
      ),
    )
    .where(nothingToSend('runs'))
    .orderBy('heard_at')
    .limit(most)
    .execute();
  return rows.map(({ id }) => id);
}

/** What a run left row by row. */
const ofRuns = ['run_events', 'tool_calls', 'model_calls'] as const;

/** Forgets some of what a run told, said and called; returns how many rows. */
export async function forgetWordsOfRun(db: Executor, run: string, most: number): Promise<number> {
  let forgotten = 0;
  for (const table of ofRuns) {
    const rows = sql`select rowid from ${sql.table(table)} where run = ${run} limit ${most - forgotten}`;
    const { numAffectedRows } = await sql`delete from ${sql.table(table)} where rowid in (${rows})`.execute(
      db,
    );
    forgotten += Number(numAffectedRows);
  }
  return forgotten;
}

type KeepWork = Extract<Effect, { kind: 'keep-work' }>;

/** Where a run's work was kept. The path of the key ends in the run (core/effect). */
export async function keptWorkOf(
  db: Executor,
  run: string,
): Promise<{ item: string; effect: KeepWork } | undefined> {
  const row = await db
    .selectFrom('effects')
    .innerJoin('runs', 'runs.item', 'effects.item')
    .select(['effects.item', 'effects.body'])
    .where('runs.id', '=', run)
    .where('effects.kind', '=', 'keep-work')
    .where('effects.state', '=', 'confirmed')
    .where('effects.key', 'like', `%/keep-work/${run}`)
    .executeTakeFirst();
  return row && { item: row.item, effect: JSON.parse(row.body) as KeepWork };
}

/** Forgets a run whose words are gone, with what was said to it. What it cost stays. */
export async function forgetRun(db: Executor, run: string): Promise<void> {
  await db.deleteFrom('run_messages').where('run', '=', run).execute();
  await db.deleteFrom('refused_hosts').where('run', '=', run).execute();
  await db.deleteFrom('runs').where('id', '=', run).execute();
}

/** Where a walk through a table is: the highest `seq` that it looked at; undefined at the end. */
export interface Step {
  at: number | undefined;
  forgotten: number;
}

/**
 * Looks at the next events and forgets those that were decided long ago: GitHub repeats no delivery that is so old. What
 * a scan found stays, since a label that is still there gives the same cause at every scan.
 */
export async function forgetEvents(db: Executor, after: number, before: number, most: number): Promise<Step> {
  const last = await stepEnd(db, 'events', after, most);
  if (last === undefined) return { at: undefined, forgotten: 0 };
  const { numDeletedRows } = await db
    .deleteFrom('events')
    .where('seq', '>', after)
    .where('seq', '<=', last)
    .where('done', '=', 1)
    .where('at', '<', before)
    .where('id', 'not like', 'scan/%')
    .executeTakeFirst();
  return { at: last, forgotten: Number(numDeletedRows) };
}

/**
 * Looks at the next effects and forgets those that happened, or were given up, long ago. Rows of what is kept as it
 * should be (the status comment, by whose row the comment is found) stay, and so does all of an item that may still act.
 */
export async function forgetEffects(
  db: Executor,
  after: number,
  before: number,
  most: number,
): Promise<Step> {
  const last = await stepEnd(db, 'effects', after, most);
  if (last === undefined) return { at: undefined, forgotten: 0 };
  const { numDeletedRows } = await db
    .deleteFrom('effects')
    .where('seq', '>', after)
    .where('seq', '<=', last)
    .where('state', 'in', ['confirmed', 'dropped'])
    .where('updated_at', '<', before)
    .where(sql<boolean>`not json_extract(effects.body, '$.level')`)
    .where(({ exists, selectFrom }) =>
      exists(
        selectFrom('items')
          .select('items.id')
          .whereRef('items.id', '=', 'effects.item')
          .where('items.status', 'in', [...finished, 'new']),
      ),
    )
    .where(nothingToSend('effects'))
    .executeTakeFirst();
  return { at: last, forgotten: Number(numDeletedRows) };
}

/** True of a row whose item has no effect that is still to be carried out. */
function nothingToSend(table: 'runs' | 'effects') {
  return sql<boolean>`not exists (
    select 1 from effects as waiting
    where waiting.item = ${sql.ref(`${table}.item`)} and waiting.state in ('intended', 'sent'))`;
}

async function stepEnd(
  db: Executor,
  table: 'events' | 'effects',
  after: number,
  most: number,
): Promise<number | undefined> {
  const rows = await db
    .selectFrom(table)
    .select('seq')
    .where('seq', '>', after)
    .orderBy('seq')
    .limit(most)
    .execute();
  return rows.at(-1)?.seq;
}
