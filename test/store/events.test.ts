/** Events: in order, each cause once, nothing lost. */
import { expect, test } from 'vitest';
import type { ItemEvent } from '#src/core/event.ts';
import { addEvents, eventsDone, itemsWithEvents, pendingEvents } from '#src/store/events.ts';
import { scratchStore } from './scratch.ts';

const lost = (reason: string): ItemEvent => ({ type: 'repo_lost', reason });
const reasons = (events: { event: ItemEvent }[]) =>
  events.map(({ event }) => (event.type === 'repo_lost' ? event.reason : ''));

test('the same cause counts once, also within one call and after it was decided', async () => {
  const { db } = await scratchStore();
  await addEvents(
    db,
    [
      { id: 'a', item: 'i', event: lost('1') },
      { id: 'a', item: 'i', event: lost('2') },
    ],
    0,
  );
  await addEvents(db, [{ id: 'a', item: 'i', event: lost('3') }], 0);
  const pending = await pendingEvents(db, 'i');
  expect(reasons(pending)).toEqual(['1']);
  await eventsDone(
    db,
    pending.map(({ seq }) => seq),
  );
  await addEvents(db, [{ id: 'a', item: 'i', event: lost('4') }], 0);
  expect(await pendingEvents(db, 'i')).toEqual([]);
  expect(await itemsWithEvents(db)).toEqual([]);
});

test('items get their own events in order of arrival', async () => {
  const { db } = await scratchStore();
  await addEvents(
    db,
    [
      { id: 'z', item: 'i', event: lost('first') },
      { id: 'y', item: 'j', event: lost('else') },
    ],
    5,
  );
  await addEvents(db, [{ id: 'a', item: 'i', event: lost('second') }], 1);
  expect(reasons(await pendingEvents(db, 'i'))).toEqual(['first', 'second']);
  expect((await itemsWithEvents(db)).toSorted()).toEqual(['i', 'j']);
});

test('only what was decided is done; what came meanwhile stays', async () => {
  const { db } = await scratchStore();
  await addEvents(db, [{ id: 'a', item: 'i', event: lost('1') }], 0);
  const seen = await pendingEvents(db, 'i');
  await addEvents(db, [{ id: 'b', item: 'i', event: lost('2') }], 0);
  await eventsDone(
    db,
    seen.map(({ seq }) => seq),
  );
  expect(reasons(await pendingEvents(db, 'i'))).toEqual(['2']);
});

test('nothing to add and nothing done is fine', async () => {
  const { db } = await scratchStore();
  await addEvents(db, [], 0);
  await eventsDone(db, []);
  expect(await itemsWithEvents(db)).toEqual([]);
});
