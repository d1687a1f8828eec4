/** A run is coming from the moment its launch is intended, and there is no moment at which neither launch nor record says so. */
import { expect, test } from 'vitest';
import { effect } from '#src/core/effect.ts';
import { isComing } from '#src/engine/start.ts';
import { drop, intend } from '#src/store/effects.ts';
import { saveItem } from '#src/store/items.ts';
import { assignRun } from '#src/store/runs.ts';
import { itemAt } from '../core/story.ts';
import { scratchContext } from './scratch.ts';

const item = itemAt('claimed');
const run = item.run?.id ?? '';

test('a run is coming while its launch is open, and when it was recorded meanwhile', async () => {
  const { db } = (await scratchContext()).context;
  await saveItem(db, item, 0);
  expect(await isComing(db, run)).toBe(false);
  const launch = effect(item, { kind: 'launch-run', run });
  await intend(db, item.id, [launch], 0);
  expect(await isComing(db, run)).toBe(true);
  await assignRun(
    db,
    {
      id: run,
      item: item.id,
      epoch: 1,
      workspace: run,
      deadline: 9,
      spec: {} as never,
      assignment: {} as never,
    },
    1,
  );
  await drop(db, launch.key, 'it is over', 1);
  expect(await isComing(db, run)).toBe(true);
});
