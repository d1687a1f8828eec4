/** What a run's socket writes: events that continue a sequence, messages that count once, states that only go forward. */
import { beforeEach, describe, expect, test } from 'vitest';
import type { Assignment, ShimEvent } from '#runners/shim/protocol.ts';
import type { Db } from '#src/store/open.ts';
import {
  addMessage,
  appendRunEvents,
  assignRun,
  lastMessage,
  lastRunEvents,
  messagesAfter,
  openRuns,
  runById,
  setBundleHead,
  setRunState,
} from '#src/store/runs.ts';
import { scratchStore } from './scratch.ts';

let db: Db;
beforeEach(async () => {
  ({ db } = await scratchStore());
});

async function assigned(id: string, epoch = 1): Promise<void> {
  const assignment = { protocol: epoch } as Assignment;
  await assignRun(
    db,
    { id, item: 'i', epoch, workspace: 'w', assignment, spec: {} as never, deadline: 99 },
    5,
  );
}

const line = (seq: number, text = `line ${seq}`): ShimEvent => ({ seq, at: '', type: 'message', text });
const stored = async (run: string) =>
  (await lastRunEvents(db, run, ['message'], 100_000)).map((event) => event.seq);

describe('events of a run', () => {
  const batches: { what: string; last: number; given: number[]; taken: number[] }[] = [
    { what: 'the next ones', last: 0, given: [1, 2, 3], taken: [1, 2, 3] },
    { what: 'some known, some new', last: 2, given: [1, 2, 3, 4], taken: [3, 4] },
    { what: 'all known', last: 4, given: [3, 4], taken: [] },
    { what: 'behind a gap', last: 1, given: [3, 4], taken: [] },
    { what: 'up to a gap', last: 1, given: [2, 4, 5], taken: [2] },
    { what: 'twice in one batch', last: 0, given: [1, 1, 2, 2], taken: [1, 2] },
    { what: 'numbers below one', last: 0, given: [0, -1, 1], taken: [1] },
  ];
  test.each(batches)('$what', async ({ last, given, taken }) => {
    await assigned('r');
    await appendRunEvents(
      db,
      'r',
      0,
      Array.from({ length: last }, (_, index) => line(index + 1)),
      7,
    );
    const fresh = await appendRunEvents(
      db,
      'r',
      last,
      given.map((seq) => line(seq, 'new')),
      7,
    );
    expect(fresh.map((event) => event.seq)).toEqual(taken);
    expect((await runById(db, 'r'))?.lastSeq).toBe(last + taken.length);
    expect(await stored('r')).toEqual(Array.from({ length: last + taken.length }, (_, index) => index + 1));
  });

  test('a large batch is stored whole', async () => {
    await assigned('r');
    await appendRunEvents(
      db,
      'r',
      0,
      Array.from({ length: 1_201 }, (_, index) => line(index + 1)),
      7,
    );
    expect(await stored('r')).toHaveLength(1_201);
    expect((await runById(db, 'r'))?.lastSeq).toBe(1_201);
  });

  test('the last of some types come oldest first', async () => {
    await assigned('r');
    await appendRunEvents(
      db,
      'r',
      0,
      [line(1), { seq: 2, at: '', type: 'note', text: 'n' }, line(3), line(4)],
      7,
    );
    expect((await lastRunEvents(db, 'r', ['message'], 2)).map((event) => event.seq)).toEqual([3, 4]);
    expect((await lastRunEvents(db, 'r', ['message', 'note'], 3)).map((event) => event.seq)).toEqual([
      2, 3, 4,
    ]);
    expect(await lastRunEvents(db, 'other', ['message'], 2)).toEqual([]);
  });
});

describe('messages for a run', () => {
  const poke = (text: string) => ({ type: 'poke' as const, text, from: 'alice' });

  test('are numbered per run and read after a number', async () => {
    await addMessage(db, 'r', 'r/1', poke('a'));
    await addMessage(db, 'r', 'r/2', poke('b'));
    await addMessage(db, 's', 's/1', poke('c'));
    expect(await lastMessage(db, 's')).toBe(1);
    expect(await messagesAfter(db, 'r', 1)).toEqual([{ id: 2, ...poke('b') }]);
    expect(await lastMessage(db, 'r')).toBe(2);
    expect(await lastMessage(db, 'nobody')).toBe(0);
  });

  test('the same source twice is one message', async () => {
    await addMessage(db, 'r', 'r/1', poke('a'));
    await addMessage(db, 'r', 'r/2', poke('b'));
    await addMessage(db, 'r', 'r/1', poke('again'));
    expect((await messagesAfter(db, 'r', 0)).map((one) => one.id)).toEqual([1, 2]);
  });
});

describe('the run itself', () => {
  test('is assigned once: a later assignment of the same run does not change it', async () => {
    await assigned('r', 1);
    await assigned('r', 2);
    expect(await runById(db, 'r')).toMatchObject({
      epoch: 1,
      state: 'live',
      deadline: 99,
      lastSeq: 0,
      bundleHead: null,
      assignment: { protocol: 1 },
    });
  });

  test('goes from live to finished to over and never back', async () => {
    await assigned('r');
    await assigned('s');
    await setRunState(db, 'r', 'finished');
    expect((await openRuns(db)).map(({ id, state }) => `${id} ${state}`).toSorted()).toEqual([
      'r finished',
      's live',
    ]);
    await setRunState(db, 'r', 'over');
    await setRunState(db, 'r', 'finished');
    expect((await runById(db, 'r'))?.state).toBe('over');
    expect((await openRuns(db)).map(({ id }) => id)).toEqual(['s']);
  });

  test('remembers what it handed over', async () => {
    await assigned('r');
    await setBundleHead(db, 'r', 'abc');
    expect((await runById(db, 'r'))?.bundleHead).toBe('abc');
    expect(await runById(db, 'nobody')).toBeUndefined();
  });
});
