/** Steps that were begun and have not come back yet, and how often the process died under each. */
import type { Executor } from './open.ts';

/** What can be begun: an effect, a delivery, or the events of an item. */
export interface Step {
  /** `effect:<key>`, `delivery:<guid>` or `events:<item>`. */
  step: string;
  /** Of the item that it is about, where there is one. */
  item?: string;
}

export interface Parked {
  step: string;
  item: string | null;
  reason: string;
  /** Milliseconds since the epoch. */
  at: number;
}

/** SQLite takes some ten thousand values in a statement; this stays well below. */
const atOnce = 500;

/** Before a step is begun. @param alone nothing else is under way */
export async function noteBegun(db: Executor, steps: readonly Step[], alone: boolean): Promise<void> {
  const fresh = { begun: 1, alone: alone ? 1 : 0 };
  for (let from = 0; from < steps.length; from += atOnce) {
    const some = steps.slice(from, from + atOnce);
    await db
      .insertInto('steps')
      .values(some.map(({ step, item }) => ({ step, item: item ?? null, ...fresh })))
      .onConflict((oc) => oc.column('step').doUpdateSet(fresh))
      .execute();
  }
}

/** It came back, however it went: what happened before does not count any more. */
export async function noteBack(db: Executor, step: string): Promise<void> {
  await db.deleteFrom('steps').where('step', '=', step).execute();
}

/** Others are begun beside it from now on. */
export async function noteAccompanied(db: Executor, step: string): Promise<void> {
  await db.updateTable('steps').set({ alone: 0 }).where('step', '=', step).execute();
}

/** What is under way when the process is told to stop does not count as its death. */
export async function forgiveBegun(db: Executor): Promise<void> {
  await db.updateTable('steps').set({ begun: 0 }).where('begun', '=', 1).execute();
}

/** At a start: whatever was begun is a death of the process that began it. Returns deaths by step. */
export async function countDeaths(db: Executor): Promise<{ step: string; deaths: number; alone: boolean }[]> {
  await db
    .updateTable('steps')
    .set((eb) => ({ deaths: eb('deaths', '+', 1), begun: 2 }))
    .where('begun', '=', 1)
    .execute();
  const rows = await db.selectFrom('steps').select(['step', 'deaths', 'alone', 'begun']).execute();
  await db.updateTable('steps').set({ begun: 0 }).where('begun', '=', 2).execute();
  return rows.map(({ step, deaths, alone, begun }) => ({ step, deaths, alone: begun === 2 && alone === 1 }));
}

/** Sets a step aside. Begun again because somebody asks for it, it is alone, and one more death sets it aside again. */
export async function notePark(
  db: Executor,
  { step, item }: Step,
  deaths: number,
  reason: string,
  now: number,
): Promise<void> {
  const parked = { begun: 0, alone: 0, deaths, reason, parked_at: now };
  await db
    .insertInto('steps')
    .values({ step, item: item ?? null, ...parked })
    .onConflict((oc) => oc.column('step').doUpdateSet(parked))
    .execute();
}

/** Newest first. @param item only those of this item */
export async function parkedSteps(db: Executor, item?: string): Promise<Parked[]> {
  const rows = await db
    .selectFrom('steps')
    .select(['step', 'item', 'reason', 'parked_at'])
    .where('parked_at', 'is not', null)
    .$if(item !== undefined, (query) => query.where('item', '=', item as string))
    .orderBy('parked_at', 'desc')
    .limit(100)
    .execute();
  return rows.map(({ step, item: of, reason, parked_at: at }) => ({
    step,
    item: of,
    reason: reason ?? '',
    at: at ?? 0,
  }));
}

/** Forgets what was set aside before, milliseconds since the epoch. */
export async function forgetParked(db: Executor, before: number): Promise<void> {
  await db.deleteFrom('steps').where('parked_at', '<', before).execute();
}
