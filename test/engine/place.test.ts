/** Seats from the store: who waits, who sits, which limits hold. */
import { expect, test } from 'vitest';
import type { Item } from '#src/core/item.ts';
import { consider, place } from '#src/engine/place.ts';
import { settle } from '#src/engine/settle.ts';
import { itemById, saveItem, seatedItems } from '#src/store/items.ts';
import { savePolicy, saveRepo } from '#src/store/repos.ts';
import { aPolicy, aRepo, aSnapshot, now } from '#test/support/builders.ts';
import { itemAt } from '../core/story.ts';
import { scratchContext } from './scratch.ts';

async function board(policy = aPolicy()) {
  const scratch = await scratchContext();
  const { db } = scratch.context;
  await saveRepo(db, aRepo());
  await savePolicy(db, 1, policy, 'sha');
  const put = (id: string, over: Partial<Item> = {}, labels: string[] = []) => {
    const waiting = itemAt('waiting');
    const request = { ...(waiting.request as NonNullable<Item['request']>), snapshot: aSnapshot({ labels }) };
    return saveItem(db, { ...waiting, id, nodeId: id, key: id, request, ...over }, 0);
  };
  return { ...scratch, db, put };
}

const said = ({ verdicts }: Awaited<ReturnType<typeof consider>>) =>
  verdicts.map((one) => `${one.key} ${one.verdict === 'start' ? one.agent : one.reason}`);

test('each who starts gets a seat of its own, and the store knows it after settling', async () => {
  const { context, db, put } = await board();
  for (const id of ['GH-1', 'GH-2', 'GH-3', 'GH-4']) await put(id);
  expect(said(await place(context))).toEqual(['GH-1 bezos', 'GH-2 gates', 'GH-3 curie', 'GH-4 service_full']);
  await settle(context);
  expect((await seatedItems(db)).map((item) => item.run?.agent).toSorted()).toEqual([
    'bezos',
    'curie',
    'gates',
  ]);
  expect(said(await place(context))).toEqual(['GH-4 service_full']);
});

test('considering records nothing', async () => {
  const { context, db, put } = await board();
  await put('GH-1');
  expect(said(await consider(context))).toEqual(['GH-1 bezos']);
  expect(await settle(context)).toBe(0);
  expect((await itemById(db, 'GH-1'))?.run).toBeUndefined();
});

test('the limit of the repository holds under the one of the service', async () => {
  const { context, put } = await board(aPolicy({ limits: { concurrency: 1 } }));
  for (const id of ['GH-1', 'GH-2']) await put(id);
  expect(said(await consider(context))).toEqual(['GH-1 bezos', 'GH-2 repository_full']);
});

test('a hold keeps an item back and a priority brings one forward', async () => {
  const { context, put } = await board();
  await put('GH-1', { held: true });
  await put('GH-2');
  await put('GH-3', {}, ['P0']);
  expect(said(await consider(context))).toEqual(['GH-3 bezos', 'GH-1 held_by_label', 'GH-2 gates']);
});

test('the first retry that is due is told, and starts when its time has come', async () => {
  const { context, put, pass } = await board();
  await put('GH-1', { retryAt: now + 5_000 });
  await put('GH-2', { retryAt: now + 1_000 });
  expect(await consider(context)).toMatchObject({
    next: now + 1_000,
    verdicts: [{ reason: 'waiting_to_retry' }, { reason: 'waiting_to_retry' }],
  });
  pass(1_000);
  expect(said(await consider(context))).toEqual(['GH-1 waiting_to_retry', 'GH-2 bezos']);
});

test('unlimited seats are made up until the limit', async () => {
  const worker = { name: 'dev', takes: ['custom' as const], profile: 'coder', agents: 'unlimited' as const };
  const { context, put } = await board(aPolicy({ workers: [worker], limits: { concurrency: 2 } }));
  for (const id of ['GH-1', 'GH-2', 'GH-3']) await put(id);
  expect(said(await place(context))).toEqual(['GH-1 dev-1', 'GH-2 dev-2', 'GH-3 repository_full']);
});

test('an item that no seat can take any more waits without holding up the others', async () => {
  const { context, put } = await board();
  await put('GH-1', {}, ['profile:gone']);
  await put('GH-2');
  expect(said(await place(context))).toContain('GH-2 bezos');
});

test('nothing to do costs nothing', async () => {
  const { context } = await board();
  expect(await place(context)).toEqual({ verdicts: [], next: undefined });
});
