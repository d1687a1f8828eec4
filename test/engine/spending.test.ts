/** Calls are let through while money is left; people and agents hear of it when it runs out. */
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import type { RunnerManifest } from '#runners/manifest.ts';
import type { Assignment } from '#runners/shim/protocol.ts';
import { createBell } from '#src/engine/signals.ts';
import { createModelDesk, type ModelDeskParts } from '#src/engine/spending.ts';
import type { AskedCall, ModelCall } from '#src/gateway/desk.ts';
import { pendingEvents } from '#src/store/events.ts';
import { assignRun, messagesAfter, setRunState } from '#src/store/runs.ts';
import { dayOf, reserve, spendingOf } from '#src/store/spending.ts';
import { scratchStore } from '../store/scratch.ts';

const now = Date.UTC(2026, 10, 21, 12);
const day = dayOf(now);

async function scratch({ cap = 1_000_000, ...over }: Partial<ModelDeskParts> & { cap?: number } = {}) {
  const { db } = await scratchStore();
  const counted: [model: string, cost: number][] = [];
  const logged: string[] = [];
  let wakes = 0;
  const desk = createModelDesk({
    db,
    log: pino({ level: 'info' }, { write: (line: string) => logged.push(line) }),
    bell: createBell(),
    now: () => now,
    wake: () => {
      wakes += 1;
    },
    providers: [
      { name: 'anthropic', api: 'anthropic' },
      { name: 'openai', api: 'openai' },
    ],
    prices: { m: { input: 1, output: 10, cacheRead: 0, cacheWrite: 0 } },
    runners: new Map<string, Pick<RunnerManifest, 'model' | 'acp'>>([
      [
        'claude',
        { model: { apis: ['anthropic'], default: 'm', side: [] }, acp: { steering: true, resume: 'resume' } },
      ],
      ['command', { acp: { steering: false, resume: 'resume' } }],
    ]),
    dayCeiling: 100_000_000,
    counted: (_, model, cost) => counted.push([model, cost]),
    ...over,
  });
  const run = async (id: string, runner = 'claude', runCap = cap): Promise<void> => {
    const assignment = { agent: { runner } } as Assignment;
    const row = { id, item: 'item', epoch: 1, workspace: 'w', assignment, spec: {} as never, deadline: 0 };
    await assignRun(db, row, now);
    await reserve(db, { run: id, item: 'item', repo: 1, agent: 'bezos', day, cap: runCap });
  };
  await run('run');
  return { db, desk, run, counted, logged, wakes: () => wakes };
}

function asked(over: Partial<AskedCall> = {}, bytes = 0): AskedCall {
  return {
    provider: 'anthropic',
    model: 'm',
    billed: { bytes, signal: new AbortController().signal },
    ...over,
  };
}

/** A call of the price of `cost`. */
function done(cost: number, over: Partial<ModelCall> = {}): ModelCall {
  const usage = { input: cost, output: 0, cacheRead: 0, cacheWrite: 0 };
  return { provider: 'anthropic', model: 'm', asked: 0, status: 200, usage, estimated: false, ...over };
}

test('a live run with money and a provider of its runner', async () => {
  const { desk } = await scratch();
  expect(await desk.admit('run', asked())).toEqual({ kind: 'go' });
});

test('not a run that is over or never was', async () => {
  const { db, desk } = await scratch();
  await setRunState(db, 'run', 'finished');
  expect(await desk.admit('run', asked())).toMatchObject({ status: 410 });
  expect(await desk.admit('nobody', asked())).toMatchObject({ status: 410 });
});

test('not a provider that the runner cannot speak to; a command may speak to any', async () => {
  const { desk, run } = await scratch();
  await run('script', 'command');
  expect(await desk.admit('run', asked({ provider: 'openai' }))).toMatchObject({
    status: 403,
    reason: expect.stringMatching(/claude/),
  });
  expect(await desk.admit('script', asked({ provider: 'openai' }))).toEqual({ kind: 'go' });
  expect(await desk.admit('script', asked({ provider: 'nobody' }))).toMatchObject({ status: 403 });
});

test('a run for which nothing was set aside calls no models', async () => {
  const { desk, run } = await scratch();
  await run('poor', 'command', 0);
  expect(await desk.admit('poor', asked())).toMatchObject({
    status: 402,
    reason: expect.stringMatching(/no budget/i),
  });
});

test('at the cap the next call is refused, and says which limit and how much', async () => {
  const { db, desk } = await scratch();
  await desk.admit('run', asked());
  await desk.settle('run', done(1_100_000));
  expect(await spendingOf(db, 'run')).toMatchObject({ spent: 1_100_000, calls: 1 });
  const answer = await desk.admit('run', asked());
  expect(answer).toMatchObject({ kind: 'refused', status: 402 });
  expect(answer.kind === 'refused' && answer.reason).toBe(
    'This run has used $1.10 of $1.00 (limits.spend.run): no further model call is let through.',
  );
  const { billed: _, ...free } = asked();
  expect(await desk.admit('run', free)).toMatchObject({ status: 402 });
});

test('at 80 % the agent is told once, at the cap the item', async () => {
  const { db, desk, wakes } = await scratch();
  await desk.settle('run', done(790_000));
  expect(await messagesAfter(db, 'run', 0)).toEqual([]);
  await desk.settle('run', done(10_000));
  await desk.settle('run', done(10_000));
  expect(await messagesAfter(db, 'run', 0)).toEqual([
    {
      id: 1,
      type: 'wrap_up',
      reason: "80 % of this run's budget is used ($0.80 of $1.00, limits.spend.run)",
    },
  ]);
  expect(await pendingEvents(db, 'item')).toEqual([]);
  await desk.settle('run', done(190_000));
  await desk.settle('run', done(5));
  expect((await pendingEvents(db, 'item')).map(({ event }) => event)).toEqual([
    { type: 'run_over_limit', run: 'run', limit: 'spend' },
  ]);
  expect(await messagesAfter(db, 'run', 0)).toHaveLength(1);
  expect(wakes()).toBe(2);
});

test('past 80 % an agent that cannot be steered is told with each call that costs money', async () => {
  const { desk, run } = await scratch();
  await run('script', 'command');
  await desk.settle('script', done(790_000));
  expect(await desk.admit('script', asked())).toEqual({ kind: 'go' });
  await desk.settle('script', done(60_000));
  const told = {
    kind: 'go',
    hint: expect.stringMatching(/^Wrap up now: 85 % of this run's budget is used .* end your turn\.$/),
  };
  expect(await desk.admit('script', asked())).toEqual(told);
  expect(await desk.admit('script', asked())).toEqual(told);
  const { billed: _, ...free } = asked();
  expect(await desk.admit('script', free)).toEqual({ kind: 'go' });
  await desk.settle('run', done(850_000));
  expect(await desk.admit('run', asked())).toEqual({ kind: 'go' });
});

test('an agent that asks a dead provider without end is told of once, after a while, and never while calls go well', async () => {
  let clock = now;
  const { db, desk } = await scratch({ now: () => clock });
  const failed = done(0, { status: 529 });
  const after = async (seconds: number, call: ModelCall) => {
    clock += seconds * 1000;
    await desk.settle('run', call);
    return (await pendingEvents(db, 'item')).map(({ event }) => event.type);
  };
  for (let times = 0; times < 10; times += 1) await after(1, failed);
  expect(await after(200, done(0))).toEqual([]);
  expect(await after(200, failed)).toEqual([]);
  expect(await after(60, failed)).toEqual([]);
  // What the agent itself broke off counts neither way.
  expect(await after(60, done(0, { status: 0, broken: 'given_up' }))).toEqual([]);
  expect(await after(30, done(0, { status: 200, broken: 'cut' }))).toEqual([]);
  expect(await after(60, done(0, { status: 0, broken: 'unreachable' }))).toEqual(['run_starved']);
  expect(await after(60, failed)).toEqual(['run_starved']);
});

test('a run that has said its last word is not told to come to one', async () => {
  const { db, desk } = await scratch();
  await setRunState(db, 'run', 'finished');
  await desk.settle('run', done(900_000));
  expect(await messagesAfter(db, 'run', 0)).toEqual([]);
});

test("the operator's most for a day holds over all runs of a repository, and puts their work aside", async () => {
  const { db, desk, run } = await scratch({ dayCeiling: 500_000 });
  await run('second');
  await desk.settle('run', done(500_000));
  expect(await desk.admit('second', asked())).toMatchObject({
    status: 402,
    reason: expect.stringMatching(/PRLT_MAX_SPEND_DAY/),
  });
  await desk.admit('second', asked());
  expect((await pendingEvents(db, 'item')).map(({ event }) => event)).toEqual([
    { type: 'run_over_limit', run: 'second', limit: 'spend_day' },
  ]);
});

test('an unknown model is charged as the dearest and said once', async () => {
  const { desk, counted, logged } = await scratch();
  await desk.settle('run', done(100, { model: 'x' }));
  await desk.settle('run', done(100, { model: 'x' }));
  expect(counted).toEqual([
    ['other', 100],
    ['other', 100],
  ]);
  expect(logged.filter((line) => line.includes('no price is known'))).toHaveLength(1);
});

test('near the cap calls go one after the other, so that it is passed by one call at most', async () => {
  const { db, desk } = await scratch({ cap: 100_000 });
  let under = 0;
  let most = 0;
  // Each is sure to cost 40,000, and costs 60,000 in the end.
  const one = async (): Promise<string> => {
    const answer = await desk.admit('run', asked({}, 160_000));
    if (answer.kind === 'refused') return String(answer.status);
    under += 1;
    most = Math.max(most, under);
    await sleep(20);
    under -= 1;
    await desk.settle('run', done(60_000, { asked: 160_000 }));
    return 'went';
  };
  const all = await Promise.all(Array.from({ length: 8 }, one));
  expect(all.toSorted()).toEqual([...Array(6).fill('402'), 'went', 'went']);
  expect(most).toBe(2);
  expect((await spendingOf(db, 'run'))?.spent).toBe(120_000);
});

test('with plenty left they go side by side', async () => {
  const { desk } = await scratch({ cap: 10_000_000 });
  const all = await Promise.all(Array.from({ length: 20 }, () => desk.admit('run', asked({}, 160_000))));
  expect(all).toEqual(Array(20).fill({ kind: 'go' }));
});

test('a call that nobody waits for any more leaves the queue', async () => {
  const { desk } = await scratch({ cap: 50_000 });
  await desk.admit('run', asked({}, 160_000));
  const gone = new AbortController();
  const waits = desk.admit('run', asked({ billed: { bytes: 160_000, signal: gone.signal } }));
  await sleep(20);
  gone.abort();
  expect(await waits).toMatchObject({ kind: 'refused', status: 410 });
});

test('a count that cannot be stored is said, holds nobody up and is not forgotten', async () => {
  const { db, desk, logged } = await scratch({ cap: 1_000 });
  await desk.admit('run', asked());
  await sql`alter table model_calls rename to away`.execute(db);
  await desk.settle('run', done(1_000));
  await sql`alter table away rename to model_calls`.execute(db);
  expect(logged.join('')).toContain('could not be counted');
  expect((await spendingOf(db, 'run'))?.spent).toBe(0);
  expect(await desk.admit('run', asked())).toMatchObject({ status: 402 });
});
