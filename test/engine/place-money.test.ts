/** Seats and money: what a run may cost is set aside when it gets its seat, and freed when it is over. */
import { expect, test } from 'vitest';
import type { RunnerManifest } from '#runners/manifest.ts';
import { effect } from '#src/core/effect.ts';
import type { Item } from '#src/core/item.ts';
import { createHoldNews } from '#src/engine/hold-news.ts';
import { consider, place } from '#src/engine/place.ts';
import { settle } from '#src/engine/settle.ts';
import { statusView } from '#src/engine/status-view.ts';
import { confirm, intend, laneHeads } from '#src/store/effects.ts';
import { itemById, saveItem } from '#src/store/items.ts';
import { savePolicy, saveRepo } from '#src/store/repos.ts';
import { runnerRefused, runnerWaits } from '#src/store/runner-waits.ts';
import { closeSpending, countCall, dayOf, reserve, reservedIn, spendingOf } from '#src/store/spending.ts';
import { aPolicy, aRepo, now } from '#test/support/builders.ts';
import { itemAt } from '../core/story.ts';
import { scratchContext } from './scratch.ts';

const dollar = 1_000_000;
const calls = { model: { apis: ['anthropic'], default: 'm', side: [] } } as unknown as RunnerManifest;
const none = {} as RunnerManifest;
const runners = new Map([
  ['claude', calls],
  ['codex', calls],
  ['command', none],
]);

async function board(
  profile: { runner: string; fallback?: string },
  spend = { run: 5 * dollar, day: 12 * dollar },
) {
  const scratch = await scratchContext({ runners });
  const { db } = scratch.context;
  await saveRepo(db, aRepo());
  await savePolicy(db, 1, aPolicy({ profiles: { coder: profile }, limits: { spend } }), 'sha');
  const put = (id: string, over: Partial<Item> = {}) =>
    saveItem(db, { ...itemAt('waiting'), id, nodeId: id, key: id, ...over }, 0);
  return { ...scratch, db, put };
}

const said = ({ verdicts }: Awaited<ReturnType<typeof consider>>) =>
  verdicts.map((one) => `${one.key} ${one.verdict === 'start' ? 'starts' : one.reason}`);

const call = (run: string, cost: number) => ({
  ...{ run, repo: 1, at: now, provider: 'anthropic', model: 'm', status: 200, cost, estimated: false },
  ...{ input: 0, output: 0, cacheRead: 0, cacheWrite: 0 },
});

test('the day takes as many runs as their caps fit in, and more when one is over', async () => {
  const { context, db, put } = await board({ runner: 'claude' });
  for (const id of ['GH-1', 'GH-2', 'GH-3']) await put(id);
  expect(said(await place(context))).toEqual(['GH-1 starts', 'GH-2 starts', 'GH-3 day_budget_used']);
  await settle(context);
  const run = (await itemById(db, 'GH-1'))?.run;
  expect(run?.cap).toBe(5 * dollar);
  expect(await spendingOf(db, run?.id ?? '')).toMatchObject({ cap: 5 * dollar, spent: 0, agent: run?.agent });
  expect(await reservedIn(db, 1)).toBe(10 * dollar);
  await countCall(db, call(run?.id ?? '', 4 * dollar));
  expect(said(await consider(context))).toEqual(['GH-3 day_budget_used']);
  await closeSpending(db, run?.id ?? '');
  // 4 spent and 5 set aside leave 3 of 12.
  expect(said(await consider(context))).toEqual(['GH-3 day_budget_used']);
  const other = (await itemById(db, 'GH-2'))?.run?.id ?? '';
  await closeSpending(db, other);
  expect(said(await consider(context))).toEqual(['GH-3 starts']);
});

test('the new day has its own money', async () => {
  const { context, db, put, pass } = await board({ runner: 'claude' });
  await reserve(db, { run: 'old', item: 'x', repo: 1, agent: 'a', day: '2026-01-01', cap: 20 * dollar });
  await countCall(db, call('old', 20 * dollar));
  await closeSpending(db, 'old');
  await put('GH-1');
  const verdict = (await consider(context)).verdicts[0];
  expect(verdict).toMatchObject({ reason: 'day_budget_used' });
  expect(verdict && 'detail' in verdict && verdict.detail).toMatch(
    /^\$20\.00 of \$12\.00 for \d{4}-\d\d-\d\d UTC$/,
  );
  pass(24 * 3_600_000);
  expect(said(await consider(context))).toEqual(['GH-1 starts']);
});

test('the status comment says that the money is what an item waits for, and when it is over', async () => {
  const { context, db, put, pass } = await board({ runner: 'claude' });
  await reserve(db, { run: 'old', item: 'x', repo: 1, agent: 'a', day: dayOf(now), cap: 20 * dollar });
  await countCall(db, call('old', 20 * dollar));
  await closeSpending(db, 'old');
  await put('GH-1');
  const item = (await itemById(db, 'GH-1')) as Item;
  const comment = effect({ ...item, id: 'GH-1' }, { kind: 'status-comment' });
  await intend(db, 'GH-1', [comment], 0);
  const sent = async () => {
    for (const head of await laneHeads(db, context.now())) await confirm(db, head, {}, 0);
  };
  const armed = async () => (await laneHeads(db, context.now())).length;
  const tell = createHoldNews(context);
  const pump = async () => tell((await consider(context)).verdicts);

  const shown = await statusView({ ...context, runtime: { name: 'docker' } as never }, item);
  expect(shown.state).toBe('waiting');
  expect(shown.reason).toContain('limits.spend.day');
  expect(shown.reason).toContain('$20.00 of $12.00');
  await sent();
  await pump();
  expect(await armed()).toBe(1);
  await sent();
  await pump();
  expect(await armed()).toBe(0);
  pass(24 * 3_600_000);
  await pump();
  expect(await armed()).toBe(1);
});

test('a runner that calls no models needs no money', async () => {
  const { context, db, put } = await board({ runner: 'command' }, { run: 1, day: 0 });
  await put('GH-1');
  expect(said(await place(context))).toEqual(['GH-1 starts']);
  expect(await reservedIn(db, 1)).toBe(0);
});

test('what a person raised counts up to the ceiling of the operator, less what the work has spent', async () => {
  const { context, db, put } = await board({ runner: 'claude' }, { run: 2 * dollar, day: 50 * dollar });
  await reserve(db, { run: 'before', item: 'GH-1', repo: 1, agent: 'a', day: '2026-01-01', cap: dollar });
  await countCall(db, call('before', dollar));
  await closeSpending(db, 'before');
  const rest = {
    workspace: 'w',
    reason: 'No money.',
    branch: 'b',
    base: { branch: 'main', sha: 's' },
    start: 's',
  };
  await put('GH-1', { spendCap: 4 * dollar, continuation: { ...rest, runs: ['before'] } });
  await put('GH-2', { spendCap: 400 * dollar });
  await place(context);
  await settle(context);
  expect((await itemById(db, 'GH-1'))?.run).toMatchObject({ cap: 3 * dollar, workspace: 'w' });
  expect((await itemById(db, 'GH-2'))?.run?.cap).toBe(5 * dollar);
});

test('a runner without a key holds its items; one is let through later, the others wait for what becomes of it', async () => {
  const { context, db, put, pass } = await board({ runner: 'claude' });
  await put('GH-1');
  await put('GH-2');
  expect(await runnerRefused(db, { runner: 'claude', reason: 'auth', sentence: 'No key.' }, now)).toBe(true);
  expect(await runnerRefused(db, { runner: 'claude', reason: 'auth', sentence: 'No key.' }, now)).toBe(false);
  expect(await consider(context)).toMatchObject({
    next: now + 300_000,
    verdicts: [
      { reason: 'runner_waits', detail: expect.stringContaining('No key.') },
      { reason: 'runner_waits' },
    ],
  });
  pass(300_000);
  expect(said(await place(context))).toEqual(['GH-1 starts', 'GH-2 runner_waits']);
  await settle(context);
  expect(said(await place(context))).toEqual(['GH-2 runner_waits']);
  expect((await runnerWaits(db))[0]?.until).toBe(now + 600_000);
});

test('a runner out of quota is stood in for by the fallback', async () => {
  const { context, db, put } = await board({ runner: 'claude', fallback: 'codex' });
  await runnerRefused(db, { runner: 'claude', reason: 'quota', sentence: 'No quota.' }, now);
  await put('GH-1');
  expect(said(await place(context))).toEqual(['GH-1 starts']);
  await settle(context);
  expect((await itemById(db, 'GH-1'))?.run?.runner).toBe('codex');
});
