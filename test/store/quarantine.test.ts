/** What is noted of steps under way: any number at once, counted once per death, forgotten in time. */
import { expect, test } from 'vitest';
import { countDeaths, forgiveBegun, noteBegun } from '#src/store/quarantine.ts';
import { scratchStore } from './scratch.ts';

test('more steps than a statement has room for are noted', async () => {
  const { db } = await scratchStore();
  const many = Array.from({ length: 40_000 }, (_, n) => ({ step: `events:${n}`, item: `${n}` }));
  await noteBegun(db, many, false);
  const counted = await countDeaths(db);
  expect(counted.length).toBe(many.length);
  expect(counted[0]).toEqual({ step: 'events:0', deaths: 1, alone: false });
});

test('a death is counted once, by whether the step was alone', async () => {
  const { db } = await scratchStore();
  await noteBegun(db, [{ step: 'a' }], true);
  expect(await countDeaths(db)).toEqual([{ step: 'a', deaths: 1, alone: true }]);
  expect(await countDeaths(db)).toEqual([{ step: 'a', deaths: 1, alone: false }]);
  await noteBegun(db, [{ step: 'a' }], false);
  await forgiveBegun(db);
  expect(await countDeaths(db)).toEqual([{ step: 'a', deaths: 1, alone: false }]);
});
