/** What a shim is told that asks what it has to do, and what is kept of what it tells. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { ShimEvent } from '#runners/shim/protocol.ts';
import { effect } from '#src/core/effect.ts';
import { assignmentOf, createDesk } from '#src/engine/desk.ts';
import { confirm, intend, laneHeads } from '#src/store/effects.ts';
import { pendingEvents } from '#src/store/events.ts';
import { saveItem } from '#src/store/items.ts';
import { assignRun, setRunState } from '#src/store/runs.ts';
import { itemAt } from '../core/story.ts';
import { scratchContext } from './scratch.ts';

const item = itemAt('claimed');
const run = item.run?.id ?? '';
const assignment = { prompt: 'Do it.', agent: { runner: 'command' } } as never;

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
  const { assignment: ask, events } = createDesk({
    ...{ db, bell, log, now, wake, runners },
    handover: {} as never,
  });
  const said = (told: ShimEvent[]) => events(run, told);
  return { db, ask: (signal = new AbortController().signal) => ask(run, signal), record, launch, said };
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

test('one who tells without end in place of the shim fills no disk, and its last word is heard', async () => {
  const { db, record, said } = await desk();
  await record();
  const at = new Date(0).toISOString();
  const text = 'x'.repeat(2 ** 20 - 100);
  let seq = 0;
  const next = () => {
    seq += 1;
    return { seq, at };
  };
  for (let turn = 0; turn < 12; turn += 1) {
    const told = Array.from({ length: 8 }, () => ({ ...next(), type: 'message' as const, text }));
    expect(await said(told)).toEqual({ ack: seq });
  }
  const verdict = { outcome: 'finished', head: 'c'.repeat(40), changed: true, commits: 1 } as const;
  await said([{ ...next(), type: 'finished', verdict, lastMessage: 0 }]);
  const kept = await db.selectFrom('run_events').select(['type', 'body']).execute();
  expect(kept.reduce((sum, { body }) => sum + body.length, 0)).toBeLessThan(80 * 2 ** 20);
  expect(kept.at(-1)?.type).toBe('finished');
  expect((await pendingEvents(db, item.id)).map(({ event }) => event.type)).toEqual(['run_finished']);
});

test('news without end is no work without end for everybody', async () => {
  const { db, record, said } = await desk();
  await record();
  const at = new Date(0).toISOString();
  for (let turn = 0; turn < 4; turn += 1) {
    const told = Array.from({ length: 1_000 }, (_, index) => ({ seq: turn * 1_000 + index + 1, at }));
    await said(told.map((stamp) => ({ ...stamp, type: 'note', text: `${stamp.seq}` })));
  }
  expect(await pendingEvents(db, item.id)).toHaveLength(2_000);
});

test('a note is no longer than people read', async () => {
  const { db, record, said } = await desk();
  await record();
  const at = new Date(0).toISOString();
  const notes = Array.from({ length: 20 }, (_, index) => `${index}${'x'.repeat(2_000)}`);
  await said([{ seq: 1, at, type: 'checkout_ready', head: 'c'.repeat(40), notes }]);
  const [{ event } = { event: undefined }] = await pendingEvents(db, item.id);
  expect(event).toMatchObject({ type: 'run_noted', notes: { length: 10 } });
  expect(JSON.stringify(event).length).toBeLessThan(6_000);
});
