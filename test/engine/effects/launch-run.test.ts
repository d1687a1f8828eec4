/** Launching a run that an earlier life of the service has recorded. */
import { expect, test } from 'vitest';
import { launchRun } from '#src/engine/effects/launch-run.ts';
import { assignRun } from '#src/store/runs.ts';
import { itemAt } from '../../core/story.ts';
import { scratchContext } from '../scratch.ts';

const checkout = { branch: 'GH-1/feat/x', start: 'a', base: { branch: 'main', sha: 'a' }, origin: 'o' };

test('what people are told about the run outlives the life that prepared it', async () => {
  const launched: string[] = [];
  const { context } = await scratchContext({
    mirrors: { path: () => '/mirror' } as never,
    gateway: { open: async () => ({ dir: '/s' }) } as never,
    runtime: {
      launch: async ({ run }: { run: string }) => {
        launched.push(run);
        return { kind: 'launched' };
      },
    } as never,
  });
  const item = itemAt('claimed');
  const run = item.run?.id ?? '';
  const limits = { memory: 1, cpus: 1, pids: 1, stall: 1, disk: 1 };
  const spec = { image: 'i', limits, notes: ['Left out of the prompt: 1 comment.'] };
  const row = { id: run, item: item.id, epoch: 1, workspace: run, deadline: 9, spec };
  await assignRun(context.db, { ...row, assignment: { checkout } as never }, 1);

  const job = { item, again: true, attempts: 1, receipt: undefined, signal: new AbortController().signal };
  const outcome = await launchRun(context, { ...job, effect: { kind: 'launch-run', run } });

  expect(launched).toEqual([run]);
  expect(outcome).toMatchObject({
    kind: 'done',
    events: [{ type: 'run_launched', run, branch: checkout.branch, notes: spec.notes }],
  });
});

/** A launch of a claimed run whose mirror is refreshed with `answer`; what the runtime is told, in order. */
async function launching(
  answer: (told: string[]) => Promise<unknown>,
  again = false,
  engine: { attempts?: number; away?: boolean; receipt?: unknown } = {},
) {
  const told: string[] = [];
  const note = (what: string) => async (run: string) => {
    if (engine.away) throw new Error('the engine does not answer');
    told.push(`${what} ${run}`);
  };
  const item = itemAt('claimed');
  const { context } = await scratchContext({
    runners: new Map([['command', { name: 'command', image: 'the image' } as never]]),
    authenticate: async () =>
      ({
        rest: { apps: { createInstallationAccessToken: async () => ({ data: { token: 't' } }) } },
      }) as never,
    mirrors: {
      path: () => '/mirror',
      ids: async () => [String(item.repo.id)],
      refresh: () => answer(told),
    } as never,
    gateway: { open: async () => ({ dir: '/s' }) } as never,
    runtime: {
      launch: async ({ image }: { image: string }) => {
        told.push(`launch ${image}`);
        return { kind: 'launched' };
      },
      stop: note('stop'),
      remove: note('remove'),
    } as never,
  });
  const run = item.run?.id ?? '';
  const { attempts = 0, receipt } = engine;
  const job = { item, again, attempts, receipt, signal: new AbortController().signal };
  const outcome = await launchRun(context, { ...job, effect: { kind: 'launch-run', run } });
  return { told, outcome };
}

test('the container starts while GitHub is asked, and goes when GitHub is away', async () => {
  const { told, outcome } = await launching(async (soFar) => {
    await expect.poll(() => soFar).toEqual(['launch the image']);
    return { kind: 'unavailable', reason: 'GitHub is away' };
  });
  expect(outcome).toMatchObject({ kind: 'later', reason: 'GitHub is away' });
  expect(told).toEqual(['launch the image', 'stop run1', 'remove run1']);
});

test('it goes too when there is nothing that could be worked on', async () => {
  const { told, outcome } = await launching(async () => ({ kind: 'denied', reason: 'no access' }));
  expect(outcome).toMatchObject({ events: [{ type: 'launch_failed', again: false }] });
  expect(told).toEqual(['launch the image', 'stop run1', 'remove run1']);
});

test('a launch that is tried again begins without what the first try left', async () => {
  const answer = async () => ({ kind: 'unavailable', reason: 'GitHub is away' });
  expect((await launching(answer, true)).told).toEqual(['stop run1', 'remove run1']);
});

test('an engine that is away costs the item nothing, however often GitHub was away before', async () => {
  const answer = async () => ({ kind: 'unavailable', reason: 'GitHub is away' });
  const first = await launching(answer, true, { away: true, attempts: 1 });
  expect(first).toEqual({
    told: [],
    outcome: { kind: 'later', after: 3_000, reason: 'the engine does not answer' },
  });
  const late = await launching(answer, true, { away: true, attempts: 20 });
  expect(late.outcome).toMatchObject({
    events: [{ type: 'launch_failed', again: true, failure: { code: 'RUNTIME_UNAVAILABLE' } }],
  });
});

test('a no that may pass is asked for twice more within about a minute, whatever was before it, and then holds', async () => {
  const answer = async () => ({ kind: 'denied' as const, reason: 'error: 403', passing: true as const });
  let receipt: unknown;
  let waited = 0;
  for (const attempts of [7, 8]) {
    const { told, outcome } = await launching(answer, false, { attempts, receipt });
    if (outcome.kind !== 'later') throw new Error(`it ends with ${outcome.kind}`);
    expect(outcome.reason).toContain('error: 403');
    expect(told).toEqual(['launch the image', 'stop run1', 'remove run1']);
    waited += outcome.after;
    receipt = outcome.receipt;
  }
  expect(waited).toBe(60_000);
  const last = await launching(answer, false, { attempts: 9, receipt });
  expect(last.outcome).toMatchObject({ events: [{ failure: { code: 'CHECKOUT_FAILED' }, again: false }] });
});
