/** What runs do: attempts and their pauses, losses, memory, time, failures by name. */
import { describe, expect, test } from 'vitest';
import type { ItemEvent } from '#src/core/event.ts';
import type { Item } from '#src/core/item.ts';
import { statusOf } from '#src/core/status.ts';
import type { Verdict } from '#src/core/verdict.ts';
import { aLaunch, aPolicy, aSeat, failure, finished, now } from '#test/support/builders.ts';
import { itemAt, names, play } from '../story.ts';

/** Runs that each end the same way, until the item takes no further seat. */
function untilItEnds(
  end: (run: string) => ItemEvent[],
  policy = aPolicy(),
): { item: Item; pauses: number[]; runs: number } {
  let item = itemAt('waiting');
  const pauses: number[] = [];
  for (let count = 1; count <= 20; count += 1) {
    const run = `run${count}`;
    item = play(item, [aSeat(run), aLaunch(run), ...end(run)], { policy }).item;
    if (statusOf(item) !== 'ready') return { item, pauses, runs: count };
    pauses.push((item.retryAt ?? 0) - now);
  }
  throw new Error('it never ends');
}

const exits = (run: string): ItemEvent[] => [
  finished({ outcome: 'failed', cause: 'agent_exit', exitCode: 3, changed: false }, run),
];
const vanishes = (run: string): ItemEvent[] => [{ type: 'run_lost', run, cause: 'gone' }];
const overdue = (run: string): ItemEvent[] => [
  { type: 'run_over_limit', run, limit: 'run' },
  { type: 'run_lost', run, cause: 'killed' },
];
const starved = (run: string): ItemEvent[] => [{ type: 'run_lost', run, cause: 'oom' }];
const starvedBySaying = (run: string): ItemEvent[] => [
  finished({ outcome: 'failed', exitCode: 137, oomKilled: true }, run),
];
const refused = (run: string): ItemEvent[] => [
  finished({}, run),
  { type: 'change_refused', run, failure, fault: 'attempt' },
];
const pushFails = (run: string): ItemEvent[] => [
  finished({}, run),
  { type: 'change_refused', run, failure, fault: 'machinery' },
];
const unlaunched = (run: string): ItemEvent[] => [{ type: 'launch_failed', run, failure, again: true }];

describe('trying again', () => {
  const endings: {
    what: string;
    end: (run: string) => ItemEvent[];
    attempts: number;
    pauses: number[];
    used: [number, number];
    code: string;
  }[] = [
    {
      what: 'an exit code',
      end: exits,
      attempts: 4,
      pauses: [1_000, 5_000, 30_000],
      used: [4, 0],
      code: 'AGENT_FAILED',
    },
    {
      what: 'an exit code, one attempt',
      end: exits,
      attempts: 1,
      pauses: [],
      used: [1, 0],
      code: 'AGENT_FAILED',
    },
    { what: 'a refused change', end: refused, attempts: 2, pauses: [1_000], used: [2, 0], code: 'BROKEN' },
    { what: 'the time limit', end: overdue, attempts: 2, pauses: [1_000], used: [2, 0], code: 'LIMIT_RUN' },
    {
      what: 'memory, seen from outside',
      end: starved,
      attempts: 5,
      pauses: [1_000],
      used: [2, 0],
      code: 'AGENT_OOM',
    },
    {
      what: 'memory, said by the shim',
      end: starvedBySaying,
      attempts: 5,
      pauses: [1_000],
      used: [2, 0],
      code: 'AGENT_OOM',
    },
    { what: 'memory, one attempt', end: starved, attempts: 1, pauses: [], used: [1, 0], code: 'AGENT_OOM' },
    {
      what: 'a container that vanishes',
      end: vanishes,
      attempts: 1,
      pauses: [1_000, 5_000],
      used: [0, 3],
      code: 'RUN_LOST',
    },
    {
      what: 'a push that fails by itself',
      end: pushFails,
      attempts: 1,
      pauses: [1_000, 5_000],
      used: [0, 3],
      code: 'BROKEN',
    },
    {
      what: 'an engine that does not answer',
      end: unlaunched,
      attempts: 1,
      pauses: [1_000, 5_000],
      used: [0, 3],
      code: 'BROKEN',
    },
  ];
  test.each(endings)('after $what ($attempts attempts)', ({ end, attempts, pauses, used, code }) => {
    const ended = untilItEnds(end, aPolicy({ limits: { attempts } }));
    expect(ended.pauses).toEqual(pauses);
    expect([ended.item.attempts, ended.item.losses]).toEqual(used);
    expect(ended.item.outcome).toMatchObject({ kind: 'failed', failure: { code } });
    expect(ended.item).not.toHaveProperty('retryAt');
  });

  test('the longest pause repeats', () => {
    expect(untilItEnds(exits, aPolicy({ limits: { attempts: 7 } })).pauses.slice(3)).toEqual([
      120_000, 120_000, 120_000,
    ]);
  });

  test('losses between failures use no attempt', () => {
    const events = [aSeat('a'), ...vanishes('a'), aSeat('b'), ...exits('b'), aSeat('c'), ...vanishes('c')];
    expect(play(itemAt('waiting'), events).item).toMatchObject({
      attempts: 1,
      losses: 2,
      lastFailure: { code: 'RUN_LOST' },
    });
  });

  test('every run has an epoch higher than all before it, across generations', () => {
    const epochs: number[] = [];
    let item = itemAt('waiting');
    for (const [index, end] of [vanishes, exits, vanishes, exits].entries()) {
      item = play(item, [aSeat(`run${index}`)]).item;
      epochs.push(item.run?.epoch ?? 0);
      item = play(item, end(`run${index}`)).item;
    }
    item = play({ ...item, outcome: { kind: 'no_change' } }, [
      {
        type: 'item_requested',
        by: { id: 1, login: 'a' },
        via: 'command',
        origin: { number: 12 },
        ordinal: 0,
        snapshot: { title: '', body: null, labels: [], url: '', at: '', subIssues: [] },
        notes: [],
      },
      aSeat('later'),
    ]).item;
    epochs.push(item.run?.epoch ?? 0);
    expect(epochs).toEqual([...new Set(epochs)].toSorted((a, b) => a - b));
    expect(item.run?.attempt).toBe(1);
  });

  test('a seat takes away the pause it waited for', () => {
    const after = play(itemAt('working'), [...exits('run1'), aSeat('run2')]).item;
    expect(after).not.toHaveProperty('retryAt');
    expect(after.run).toMatchObject({ id: 'run2', attempt: 2, phase: 'claimed' });
  });
});

describe('ending at once', () => {
  const final: [string, 'claimed' | 'publishing', ItemEvent][] = [
    [
      'a launch that can never work',
      'claimed',
      { type: 'launch_failed', run: 'run1', failure, again: false },
    ],
    [
      'a change that can never be pushed',
      'publishing',
      { type: 'change_refused', run: 'run1', failure, fault: 'final' },
    ],
  ];
  test.each(final)('%s', (_, phase, event) => {
    const after = play(itemAt(phase), [event]);
    const way = event.type === 'launch_failed' ? ' Nothing was run another way.' : '';
    const told = { ...failure, sentence: `${failure.sentence}${way}` };
    expect(after.item).toMatchObject({ outcome: { kind: 'failed', failure: told }, attempts: 0, losses: 0 });
    expect(names(after.effects).filter((name) => name !== 'keep-work')).toEqual([
      'clean-run:workspace',
      'status-comment',
      'set-labels',
    ]);
  });
});

describe('over its time', () => {
  test('the container is stopped with a sentence that names the limit', () => {
    const { item, effects } = play(
      itemAt('working'),
      [{ type: 'run_over_limit', run: 'run1', limit: 'run' }],
      {
        policy: aPolicy({ limits: { run: 90_000 } }),
      },
    );
    expect(item.run).toMatchObject({ phase: 'working', stopping: { cause: 'limit' } });
    expect(effects.find((one) => one.kind === 'stop-run')).toMatchObject({
      reason: expect.stringMatching(/limits\.run/),
    });
  });

  test('the failure names the limit, its value and the key to change', () => {
    const policy = aPolicy({ limits: { attempts: 1, run: 90_000 } });
    const { item } = play(itemAt('working'), overdue('run1'), { policy });
    expect(item.outcome).toMatchObject({
      failure: {
        code: 'LIMIT_RUN',
        sentence: expect.stringMatching(/limits\.run \(90 s\)/),
        todo: expect.stringContaining('limits.run'),
      },
    });
  });
});

describe('the name of a failure', () => {
  const cases: [Partial<Verdict>, string, string][] = [
    [{ cause: 'agent_exit', exitCode: 3, lastLines: ['boom', 'bang'] }, 'AGENT_FAILED', 'exit code 3'],
    [{ cause: 'agent_exit', exitCode: 0 }, 'AGENT_FAILED', 'exit code 0'],
    [{ cause: 'agent_exit', signal: 'SIGSEGV' }, 'AGENT_FAILED', 'SIGSEGV'],
    [{ cause: 'agent_error', error: 'it said no' }, 'AGENT_FAILED', 'it said no'],
    [{}, 'AGENT_FAILED', 'no reason given'],
    [{ cause: 'checkout', error: 'no such commit' }, 'CHECKOUT_FAILED', 'no such commit'],
    [{ cause: 'spawn', error: 'ENOENT' }, 'SESSION_SPAWN_FAILED', 'ENOENT'],
    [{ cause: 'bundle', error: 'too large' }, 'PUBLISH_REFUSED', 'too large'],
    [{ cause: 'protocol', error: 'Line 1 is bad' }, 'SESSION_SPAWN_FAILED', 'Line 1 is bad'],
  ];
  test.each(cases)('%j', (verdict, code, says) => {
    const after = play(itemAt('working'), [finished({ outcome: 'failed', changed: false, ...verdict })]);
    expect(after.item.lastFailure?.code).toBe(code);
    expect(after.item.lastFailure?.sentence).toContain(says);
  });

  test('a lost container says how it was lost', () => {
    const lost = (event: ItemEvent) => play(itemAt('working'), [event]).item.lastFailure?.sentence;
    expect(lost({ type: 'run_lost', run: 'run1', cause: 'gone' })).toContain('disappeared');
    expect(lost({ type: 'run_lost', run: 'run1', cause: 'killed', exitCode: 137 })).toContain('137');
    expect(lost({ type: 'run_lost', run: 'run1', cause: 'oom' })).toContain('limits.memory (2048 MiB)');
  });

  test('a shim that was told to stop by nobody here was lost: no attempt is used', () => {
    const { item } = play(itemAt('working'), [finished({ outcome: 'cancelled' })]);
    expect(item).toMatchObject({ attempts: 0, losses: 1, lastFailure: { code: 'RUN_LOST' } });
    expect(item.outcome).toBeUndefined();
  });
});
