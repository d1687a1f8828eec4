/** The latest by the order of launches, whatever the order of rows. */
import { expect, test } from 'vitest';
import { latestRun } from '#src/store/latest-run.ts';
import { assignRun } from '#src/store/runs.ts';
import { scratchStore } from './scratch.ts';

test('of an item, and in a workspace', async () => {
  const { db } = await scratchStore();
  for (const [id, epoch, workspace] of [
    ['b', 2, 'a'],
    ['a', 1, 'a'],
    ['c', 3, 'c'],
  ] as const) {
    const given = { assignment: {} as never, spec: {} as never, deadline: 1 };
    await assignRun(db, { id, item: 'i', epoch, workspace, ...given }, 1);
  }
  expect((await latestRun(db, 'item', 'i'))?.id).toBe('c');
  expect((await latestRun(db, 'workspace', 'a'))?.id).toBe('b');
  expect(await latestRun(db, 'item', 'a')).toBeUndefined();
});
