/** Turns pending events into facts and intentions: per item one transaction, committed together or not at all. */
import { decide } from '../core/decide.ts';
import type { Effect } from '../core/effect.ts';
import { setAside } from '../messages/quarantine.ts';
import { intend, rearm } from '../store/effects.ts';
import { eventParked, eventsDone, itemsWithEvents, pendingEvents } from '../store/events.ts';
import { itemById, saveItem } from '../store/items.ts';
import type { Context } from './context.ts';
import { storedPolicy } from './policies.ts';
import { patience as deaths, steps } from './quarantine.ts';

/** Decides everything that waits. Returns how many items were touched. */
export async function settle(context: Context): Promise<number> {
  const items = await itemsWithEvents(context.db);
  const { db, quarantine } = context;
  const admitted = quarantine.admit(items.map(steps.events));
  try {
    await quarantine.begin(db, admitted);
    for (const { item = '' } of admitted) {
      await settleItem(context, item).catch(async (error: unknown) => {
        // One item that cannot be decided holds up no other; its events stay for a version that can.
        context.log.error({ err: error, item }, 'the events of an item could not be decided');
        await quarantine.back(db, steps.events(item));
      });
    }
  } finally {
    for (const step of admitted) quarantine.over(step);
  }
  return admitted.length;
}

async function settleItem(context: Context, id: string): Promise<void> {
  const now = context.now();
  const { quarantine } = context;
  const step = steps.events(id);
  if (quarantine.isCondemned(step)) return parkFirst(context, id);
  const most = quarantine.isSuspect(step) ? 1 : Number.POSITIVE_INFINITY;
  context.crash('decide:before');
  await context.db.transaction().execute(async (tx) => {
    let item = await itemById(tx, id);
    if (!item) throw new Error(`events for an item that is not there: ${id}`);
    const policy = await storedPolicy(context, tx, item.repo.id);
    const waiting = await pendingEvents(tx, id);
    const pending = waiting.slice(0, most);
    const effects: Effect[] = [];
    for (const { event } of pending) {
      const decision = decide(item, event, { policy, now });
      item = decision.item;
      effects.push(...decision.effects);
      context.log.debug(
        { item: item.key, event: event.type, effects: decision.effects.map((one) => one.kind) },
        'decided',
      );
    }
    await saveItem(tx, item, now);
    await intend(tx, id, effects, now);
    await eventsDone(
      tx,
      pending.map(({ seq }) => seq),
    );
    await quarantine.back(tx, step);
    if (waiting.length > pending.length) context.wake();
  });
  context.crash('decide:after');
}

/** Sets aside the event that the process dies under; it was taken by itself. */
async function parkFirst(context: Context, id: string): Promise<void> {
  const now = context.now();
  await context.db.transaction().execute(async (tx) => {
    const [first, ...more] = await pendingEvents(tx, id);
    if (!first) return;
    const reason = setAside(`event ${first.event.type}`, deaths.alone);
    await eventParked(tx, first.seq);
    await context.quarantine.park(tx, steps.events(id), reason, steps.event(first.seq, id));
    await rearm(tx, `${id}/status-comment`, now, now);
    if (more.length > 0) context.wake();
  });
}
