/** Items by all the ways they are looked for, with columns that follow from their facts. */
import { beforeEach, expect, test } from 'vitest';
import type { Item, Run } from '#src/core/item.ts';
import {
  itemById,
  itemByNode,
  itemByPull,
  itemsIn,
  itemsOfRepos,
  saveItem,
  seatedItems,
} from '#src/store/items.ts';
import { metaValue } from '#src/store/meta.ts';
import type { Db } from '#src/store/open.ts';
import { repoById, reposOfInstallation, savePolicy, savePolicyError, saveRepo } from '#src/store/repos.ts';
import { anItem, aPolicy, aRepo } from '#test/support/builders.ts';
import { itemAt } from '../core/story.ts';
import { scratchStore } from './scratch.ts';

let db: Db;
beforeEach(async () => {
  ({ db } = await scratchStore());
});

const ids = (items: Item[]) => items.map((item) => item.id).toSorted();

test('what is saved is what is read, and saving again replaces it', async () => {
  await saveItem(db, anItem(), 1);
  const later = itemAt('review');
  await saveItem(db, later, 2);
  expect(await itemById(db, 'item1')).toEqual(later);
  expect(await itemById(db, 'nobody')).toBeUndefined();
});

test('an issue is found by its node on its host only', async () => {
  await saveItem(db, anItem(), 1);
  expect((await itemByNode(db, 'github.com', 'I_1'))?.id).toBe('item1');
  expect(await itemByNode(db, 'ghe.example.org', 'I_1')).toBeUndefined();
  expect(await itemByNode(db, 'github.com', 'I_2')).toBeUndefined();
});

test('two items cannot stand for one issue', async () => {
  await saveItem(db, anItem(), 1);
  await expect(saveItem(db, anItem({ id: 'item2' }), 1)).rejects.toThrow(/UNIQUE/);
});

test('a pull request is found by its number in its own repository', async () => {
  await saveItem(db, itemAt('review'), 1);
  expect((await itemByPull(db, 1, 40))?.id).toBe('item1');
  expect(await itemByPull(db, 2, 40)).toBeUndefined();
  expect(await itemByPull(db, 1, 12)).toBeUndefined();
});

test('status and seats follow from the facts', async () => {
  const at = (id: string, item: Item) => saveItem(db, { ...item, id, nodeId: id }, 1);
  await at('waits', itemAt('waiting'));
  await at('claimed', itemAt('claimed'));
  await at('works', itemAt('working'));
  await at('publishes', itemAt('publishing'));
  await at('reviewed', itemAt('review'));
  await at('closing', { ...itemAt('working'), closed: 'completed' });
  expect(ids(await itemsIn(db, 'ready'))).toEqual(['waits']);
  expect(ids(await itemsIn(db, 'in_progress'))).toEqual(['publishes', 'works']);
  expect(ids(await itemsIn(db, 'review'))).toEqual(['reviewed']);
  expect(ids(await seatedItems(db))).toEqual(['claimed', 'closing', 'works']);
  await at('works', { ...itemAt('working'), run: { ...(itemAt('working').run as Run), phase: 'ended' } });
  expect(ids(await seatedItems(db))).toEqual(['claimed', 'closing']);
});

test('items of repositories that prlt may no longer touch', async () => {
  for (const repo of [1, 2, 3])
    await saveItem(db, anItem({ id: `r${repo}`, nodeId: `n${repo}`, repo: aRepo({ id: repo }) }), 1);
  expect(ids(await itemsOfRepos(db, [1, 3]))).toEqual(['r1', 'r3']);
  expect(await itemsOfRepos(db, [])).toEqual([]);
});

test('a repository keeps its last good policy when the newest cannot be used, and through a rename', async () => {
  const policy = aPolicy();
  await saveRepo(db, aRepo());
  expect(await repoById(db, 1)).toEqual({ repo: aRepo() });
  await savePolicy(db, 1, policy, 'sha1');
  await savePolicyError(db, 1, 'not YAML');
  await saveRepo(db, aRepo({ name: 'gadgets' }));
  expect(await repoById(db, 1)).toEqual({
    repo: aRepo({ name: 'gadgets' }),
    policy,
    policySha: 'sha1',
    policyError: 'not YAML',
  });
  await savePolicy(db, 1, policy, 'sha2');
  expect(await repoById(db, 1)).toEqual({ repo: aRepo({ name: 'gadgets' }), policy, policySha: 'sha2' });
  expect(await reposOfInstallation(db, 11)).toHaveLength(1);
  expect(await reposOfInstallation(db, 12)).toEqual([]);
});

test('a value of the installation is made once', async () => {
  expect(await metaValue(db, 'id', () => 'first')).toBe('first');
  expect(await metaValue(db, 'id', () => 'second')).toBe('first');
});
