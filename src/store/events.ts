/** Domain events that wait for their decision; the id makes a repeated one harmless. */
import type { ItemEvent } from '#src/core/event.ts';
import type { Executor } from './open.ts';

export interface NewEvent {
  /** Deterministic: the same cause gives the same id, so that it counts once. */
  id: string;
  item: string;
  event: ItemEvent;
}

export async function addEvents(db: Executor, events: NewEvent[], now: number): Promise<void> {
  if (events.length === 0) return;
  await db
    .insertInto('events')
    .values(events.map(({ id, item, event }) => ({ id, item, body: JSON.stringify(event), at: now })))
    .onConflict((oc) => oc.column('id').doNothing())
    .execute();
}

/** Ids of the items that have undecided events. */
export async function itemsWithEvents(db: Executor): Promise<string[]> {
  const rows = await db.selectFrom('events').select('item').distinct().where('done', '=', 0).execute();
  return rows.map((row) => row.item);
}

export async function pendingEvents(
  db: Executor,
  item: string,
): Promise<{ seq: number; event: ItemEvent }[]> {
  const rows = await db
    .selectFrom('events')
    .select(['seq', 'body'])
    .where('item', '=', item)
    .where('done', '=', 0)
    .orderBy('seq')
    .execute();
  return rows.map(({ seq, body }) => ({ seq, event: JSON.parse(body) as ItemEvent }));
}

/** Sets one aside without a decision. */
export async function eventParked(db: Executor, seq: number): Promise<void> {
  await db.updateTable('events').set({ done: 2 }).where('seq', '=', seq).execute();
}

export async function eventsDone(db: Executor, seqs: number[]): Promise<void> {
  if (seqs.length === 0) return;
  await db.updateTable('events').set({ done: 1 }).where('seq', 'in', seqs).execute();
}
