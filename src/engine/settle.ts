/** Turns pending events into facts and intentions: per item one transaction, committed together or not at all. */
import { decide } from '../core/decide.ts';
import type { Effect } from '../core/effect.ts';
import { intend } from '../store/effects.ts';
import { eventsDone, itemsWithEvents, pendingEvents } from '../store/events.ts';
import { itemById, saveItem } from '../store/items.ts';
import type { Context } from './context.ts';
import { storedPolicy } from './policies.ts';

/** Decides everything that waits. Returns how many items were touched. */
export async function settle(context: Context): Promise<number> {
  const items = await itemsWithEvents(context.db);
  for (const item of items) {
    await settleItem(context, item).catch((error: unknown) => {
      // One item that cannot be decided holds up no other; its events stay for a version that can.
      context.log.error({ err: error, item }, 'the events of an item could not be decided');
    });
  }
  return items.length;
}

async function settleItem(context: Context, id: string): Promise<void> {
  const now = context.now();
  context.crash('decide:before');
  await context.db.transaction().execute(async (tx) => {
    let item = await itemById(tx, id);
    if (!item) throw new Error(`events for an item that is not there: ${id}`);
    const policy = await storedPolicy(context, tx, item.repo.id);
    const pending = await pendingEvents(tx, id);
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
  });
  context.crash('decide:after');
}
