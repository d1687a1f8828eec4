/** What runs may spend and have spent on models; money in millionths of a US dollar, days in UTC. */
import { sql } from 'kysely';
import type { Executor } from './open.ts';

export interface Reservation {
  run: string;
  item: string;
  repo: number;
  agent: string;
  /** `2026-11-21`, of the dispatch. */
  day: string;
  cap: number;
}

export interface RunSpending extends Reservation {
  spent: number;
  calls: number;
  settled: boolean;
}

/** A model call as it is recorded. */
export interface CountedCall {
  run: string;
  repo: number;
  /** Of the call's end, milliseconds since the epoch. */
  at: number;
  provider: string;
  model: string;
  status: number;
  broken?: 'cut' | 'stalled' | 'unreachable' | 'given_up';
  errorType?: string;
  input: number;
  output: number;
  cacheRead: number;
  cacheWrite: number;
  cost: number;
  estimated: boolean;
}

/** The UTC day of a time. */
export function dayOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

/** Sets money aside for a run, in the transaction that gives it its seat; a run has one reservation. */
export async function reserve(db: Executor, reservation: Reservation): Promise<void> {
  await db
    .insertInto('run_spend')
    .values(reservation)
    .onConflict((oc) => oc.column('run').doNothing())
    .execute();
}

/** Records a call and adds its cost to the run's; within a transaction. Undefined when nothing was reserved for the run. */
export async function countCall(db: Executor, call: CountedCall): Promise<RunSpending | undefined> {
  const { errorType, cacheRead, cacheWrite, broken, estimated, ...rest } = call;
  await db
    .insertInto('model_calls')
    .values({
      ...rest,
      day: dayOf(call.at),
      broken: broken ?? null,
      error_type: errorType ?? null,
      cache_read: cacheRead,
      cache_write: cacheWrite,
      estimated: estimated ? 1 : 0,
    })
    .execute();
  await db
    .updateTable('run_spend')
    .set((eb) => ({ spent: eb('spent', '+', call.cost), calls: eb('calls', '+', 1) }))
    .where('run', '=', call.run)
    .execute();
  return spendingOf(db, call.run);
}

/** The run is over: what it did not spend is free again. Calls that end later still count. */
export async function closeSpending(db: Executor, run: string): Promise<void> {
  await db.updateTable('run_spend').set({ settled: 1 }).where('run', '=', run).execute();
}

/** Reservations of runs that are not over, or that never came to be. */
export async function openReservations(db: Executor): Promise<{ run: string; item: string }[]> {
  return db.selectFrom('run_spend').select(['run', 'item']).where('settled', '=', 0).execute();
}

export async function spendingOf(db: Executor, run: string): Promise<RunSpending | undefined> {
  const row = await db.selectFrom('run_spend').selectAll().where('run', '=', run).executeTakeFirst();
  return row && { ...row, settled: row.settled === 1 };
}

export async function spentByRuns(db: Executor, runs: string[]): Promise<number> {
  if (runs.length === 0) return 0;
  return sum(await db.selectFrom('run_spend').select(total('spent')).where('run', 'in', runs).execute());
}

/** By the calls of that day, whenever their runs began. */
export async function spentOnDay(db: Executor, repo: number, day: string): Promise<number> {
  return sum(
    await db
      .selectFrom('model_calls')
      .select(total('cost'))
      .where('repo', '=', repo)
      .where('day', '=', day)
      .execute(),
  );
}

/** What runs that are not over may still spend. */
export async function reservedIn(db: Executor, repo: number): Promise<number> {
  const left = sql<number>`coalesce(sum(max(cap - spent, 0)), 0)`.as('total');
  return sum(
    await db.selectFrom('run_spend').select(left).where('repo', '=', repo).where('settled', '=', 0).execute(),
  );
}

/** Spent and set aside: what the day's limit is held against when a run is about to start. */
export async function boundOnDay(db: Executor, repo: number, day: string): Promise<number> {
  return (await spentOnDay(db, repo, day)) + (await reservedIn(db, repo));
}

export interface LastCall {
  provider: string;
  status: number;
  broken?: 'cut' | 'stalled' | 'unreachable';
  errorType?: string;
}

/** How the run's last model call went; calls that the agent itself gave up are passed over. */
export async function lastCall(db: Executor, run: string): Promise<LastCall | undefined> {
  const row = await db
    .selectFrom('model_calls')
    .select(['provider', 'status', 'broken', 'error_type'])
    .where('run', '=', run)
    .where(notGivenUp)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (!row || row.broken === 'given_up') return undefined;
  return {
    provider: row.provider,
    status: row.status,
    ...(row.broken === null ? {} : { broken: row.broken }),
    ...(row.error_type === null ? {} : { errorType: row.error_type }),
  };
}

/** How many of the run's last calls failed in a row, and since when (milliseconds since the epoch); looks back 50 calls. */
export async function failedInARow(
  db: Executor,
  run: string,
): Promise<{ times: number; since: number | undefined }> {
  const rows = await db
    .selectFrom('model_calls')
    .select(['status', 'broken', 'at'])
    .where('run', '=', run)
    .where(notGivenUp)
    .orderBy('id', 'desc')
    .limit(50)
    .execute();
  const well = rows.findIndex(({ status, broken }) => status >= 200 && status < 300 && broken === null);
  const failed = well === -1 ? rows : rows.slice(0, well);
  return { times: failed.length, since: failed.at(-1)?.at };
}

/** A call that the agent itself broke off says nothing about the provider. */
const notGivenUp = sql<boolean>`(broken is null or broken <> 'given_up')`;

function total(column: 'spent' | 'cost') {
  return sql<number>`coalesce(sum(${sql.ref(column)}), 0)`.as('total');
}

function sum(rows: { total: number }[]): number {
  return Number(rows[0]?.total ?? 0);
}
