/** What a shim is told that asks what it has to do. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { effect } from '#src/core/effect.ts';
import { assignmentOf, createDesk } from '#src/engine/desk.ts';
import { confirm, intend, laneHeads } from '#src/store/effects.ts';
import { saveItem } from '#src/store/items.ts';
import { assignRun, setRunState } from '#src/store/runs.ts';
import { itemAt } from '../core/story.ts';
import { scratchContext } from './scratch.ts';

const item = itemAt('claimed');
const run = item.run?.id ?? '';
const assignment = { prompt: 'Do it.' } as never;

async function desk() {
  const { context } = await scratchContext();
  const { db, bell, log, now, wake, runners } = context;
  await saveItem(db, item, 0);
  const record = async () => {
    const row = { id: run, item: item.id, epoch: 1, workspace: run, deadline: 9, spec: {} as never };
    await assignRun(db, { ...row, assignment }, 1);
    bell.ring(assignmentOf(run));
  };
  const launch = () => intend(db, item.id, [effect(item, { kind: 'launch-run', run })], 0);
  const { assignment: ask } = createDesk({ db, bell, log, now, wake, runners, handover: {} as never });
  return { db, ask: (signal = new AbortController().signal) => ask(run, signal), record, launch };
}

test('a run that nobody launches is over', async () => {
  const { ask } = await desk();
  expect(await ask()).toBe('over');
});

test('one that is being launched is answered as soon as it has its assignment', async () => {
  const { ask, record, launch } = await desk();
  await launch();
  const answer = ask();
  await sleep(20);
  await record();
  expect(await answer).toEqual(assignment);
});

test('a shim that goes away meanwhile leaves nobody waiting', async () => {
  const { ask, launch } = await desk();
  await launch();
  const gone = new AbortController();
  const answer = ask(gone.signal);
  gone.abort();
  expect(await answer).toBe('not_yet');
});

test('an assignment stays until the run is over', async () => {
  const { db, ask, record, launch } = await desk();
  await launch();
  await record();
  for (const head of await laneHeads(db, 0)) await confirm(db, head, undefined, 0);
  expect(await ask()).toEqual(assignment);
  await setRunState(db, run, 'over');
  expect(await ask()).toBe('over');
});
