/** Events become facts and intentions together, each once, and one broken item does not stop the others. */
import { expect, test } from 'vitest';
import type { ItemEvent } from '#src/core/event.ts';
import { settle } from '#src/engine/settle.ts';
import { laneHeads } from '#src/store/effects.ts';
import { addEvents, pendingEvents } from '#src/store/events.ts';
import { itemById, itemsIn, saveItem } from '#src/store/items.ts';
import { savePolicy, saveRepo } from '#src/store/repos.ts';
import { anItem, aPolicy, aRepo, aRequest, aSeat, now } from '#test/support/builders.ts';
import { scratchContext } from './scratch.ts';

async function withItem(...ids: string[]) {
  const scratch = await scratchContext();
  const { db } = scratch.context;
  await saveRepo(db, aRepo());
  await savePolicy(db, 1, aPolicy(), 'sha');
  for (const id of ids) await saveItem(db, anItem({ id, nodeId: id }), 0);
  const tell = (item: string, ...events: ItemEvent[]) =>
    addEvents(
      db,
      events.map((event, index) => ({ id: `${item}/${event.type}/${index}`, item, event })),
      0,
    );
  return { ...scratch, db, tell };
}

test('all that waits for an item is decided in order, in one go', async () => {
  const { context, db, tell } = await withItem('i');
  await tell('i', aRequest(), aSeat());
  expect(await settle(context)).toBe(1);
  expect(await itemById(db, 'i')).toMatchObject({
    generation: 1,
    request: { at: now },
    run: { id: 'run1', phase: 'claimed', claimedAt: now },
  });
  expect((await laneHeads(db, 0)).map((row) => row.effect.kind).toSorted()).toEqual([
    'launch-run',
    'react',
    'set-labels',
  ]);
  expect(await pendingEvents(db, 'i')).toEqual([]);
});

test('settling again changes nothing', async () => {
  const { context, db, tell } = await withItem('i');
  await tell('i', aRequest());
  await settle(context);
  const [facts, heads] = [await itemById(db, 'i'), await laneHeads(db, 0)];
  expect(await settle(context)).toBe(0);
  await tell('i', aRequest());
  expect(await settle(context)).toBe(0);
  expect([await itemById(db, 'i'), await laneHeads(db, 0)]).toEqual([facts, heads]);
});

test('the policy of the repository holds, and the default where there is none', async () => {
  const { context, db, tell } = await withItem('i', 'j');
  await savePolicy(db, 1, aPolicy({ profiles: { coder: {} } }), 'sha2');
  await tell('i', aRequest());
  await saveItem(db, anItem({ id: 'j', nodeId: 'j', repo: aRepo({ id: 2 }) }), 0);
  await tell('j', aRequest());
  await settle(context);
  expect((await itemById(db, 'i'))?.outcome).toMatchObject({ failure: { code: 'NO_RUNNER' } });
  expect((await itemsIn(db, 'ready')).map((item) => item.id)).toEqual(['j']);
});

test('a decision that throws leaves its item as it was, and the others are decided', async () => {
  const { context, db, tell } = await withItem('a-broken', 'fine');
  await tell('a-broken', aRequest(), { type: 'sun_rose' } as unknown as ItemEvent);
  await tell('fine', aRequest());
  await settle(context).catch(() => undefined);
  expect(await itemById(db, 'a-broken')).toEqual(anItem({ id: 'a-broken', nodeId: 'a-broken' }));
  expect(await pendingEvents(db, 'a-broken')).toHaveLength(2);
  expect((await laneHeads(db, 0)).map((row) => row.item)).not.toContain('a-broken');
  expect((await itemById(db, 'fine'))?.generation).toBe(1);
});
