/** Sending what is intended: lanes beside each other, nothing twice, failures by their meaning. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { type EffectBody, type EffectKind, effect } from '#src/core/effect.ts';
import type { Context } from '#src/engine/context.ts';
import type { Executors, Job, Outcome } from '#src/engine/executor.ts';
import { createOutbox } from '#src/engine/outbox.ts';
import { GitHubBusy } from '#src/github/governor.ts';
import { intend } from '#src/store/effects.ts';
import { pendingEvents } from '#src/store/events.ts';
import { saveItem } from '#src/store/items.ts';
import { parkedSteps } from '#src/store/quarantine.ts';
import { hurryRefused, refusedFor } from '#src/store/refused-effects.ts';
import { anItem, now, origin } from '#test/support/builders.ts';
import { scratchContext } from './scratch.ts';

type Act = (job: Job<EffectKind>, context: Context) => Promise<Outcome>;

const item = anItem({ generation: 1 });
const launch: EffectBody = { kind: 'launch-run', run: 'r' };
const labels: EffectBody = { kind: 'set-labels' };
const eyes: EffectBody = { kind: 'react', origin, content: 'eyes' };

/** An outbox whose executors all act alike; `drain` pumps until nothing is due. */
async function outboxWith(act: Act, ...bodies: EffectBody[]) {
  const scratch = await scratchContext();
  const { context } = scratch;
  await saveItem(context.db, item, 0);
  const plan = (...more: EffectBody[]) =>
    intend(
      context.db,
      item.id,
      more.map((body) => effect(item, body)),
      0,
    );
  await plan(...bodies);
  const executors = new Proxy(
    {},
    { get: () => (context: Context, job: Job<EffectKind>) => act(job, context) },
  ) as Executors;
  const outbox = createOutbox(context, executors);
  const drain = async (): Promise<number | undefined> => {
    let next: number | undefined;
    for (let n = 0; n < 10; n += 1) {
      next = await outbox.pump();
      await sleep(5);
    }
    return next;
  };
  const states = async () =>
    Object.fromEntries(
      (await context.db.selectFrom('effects').select(['kind', 'state']).execute()).map((row) => [
        row.kind,
        row.state,
      ]),
    );
  return { ...scratch, outbox, drain, states, plan };
}

const status = (code: number) => Object.assign(new Error('said so'), { status: code });

test('everything due is sent once, and one lane does not wait for another', async () => {
  const sent: string[] = [];
  const { promise: gate, resolve: open } = Promise.withResolvers<void>();
  const act: Act = async ({ effect: { kind } }) => {
    sent.push(kind);
    if (kind === 'launch-run') await gate;
    return { kind: 'done' };
  };
  const { drain, states } = await outboxWith(
    act,
    launch,
    { kind: 'stop-run', run: 'r', reason: 'asked' },
    labels,
    eyes,
  );
  await drain();
  expect(sent.toSorted()).toEqual(['launch-run', 'react', 'set-labels']);
  open();
  await drain();
  expect(sent.toSorted()).toEqual(['launch-run', 'react', 'set-labels', 'stop-run']);
  expect(new Set(Object.values(await states()))).toEqual(new Set(['confirmed']));
});

test('what follows from an effect is stored with its confirmation, once', async () => {
  const act: Act = async () => ({
    kind: 'done',
    events: [{ type: 'run_over_limit', run: 'r', limit: 'run' }],
  });
  const { drain, context } = await outboxWith(act, launch);
  await drain();
  expect((await pendingEvents(context.db, item.id)).map(({ event }) => event.type)).toEqual([
    'run_over_limit',
  ]);
});

test('an effect that has to wait is sent again when its time has come, and knows that it was', async () => {
  const jobs: boolean[] = [];
  const act: Act = async ({ again }) =>
    jobs.push(again) === 1 ? { kind: 'later', after: 3_000, reason: 'busy' } : { kind: 'done' };
  const { drain, pass, states } = await outboxWith(act, launch);
  expect(await drain()).toBe(now + 3_000);
  expect(jobs).toEqual([false]);
  pass(3_000);
  await drain();
  expect(jobs).toEqual([false, true]);
  expect(await states()).toEqual({ 'launch-run': 'confirmed' });
});

test('GitHub names a time: it is kept', async () => {
  const { drain } = await outboxWith(() => Promise.reject(new GitHubBusy(now + 77_000, 'wait')), labels);
  expect(await drain()).toBe(now + 77_000);
});

test('GitHub’s bad hours are waited out, longer each time, and never given up', async () => {
  let tries = 0;
  const { drain, pass, states } = await outboxWith(async () => {
    tries += 1;
    throw status(502);
  }, labels);
  const waits: number[] = [];
  let clock = now;
  for (let n = 0; n < 12; n += 1) {
    const next = (await drain()) ?? clock;
    waits.push(next - clock);
    pass(next - clock);
    clock = next;
  }
  expect(waits.slice(0, 4)).toEqual([1_000, 2_000, 4_000, 8_000]);
  expect(waits.at(-1)).toBe(300_000);
  expect(tries).toBe(12);
  expect(await states()).toEqual({ 'set-labels': 'sent' });
});

test.each<[string, EffectBody, Error, object[]]>([
  ['labels: the item goes on without', labels, status(422), []],
  ['a launch: the run has failed', launch, status(404), [{ type: 'launch_failed', run: 'r', again: false }]],
  [
    'a publication: refused for good',
    { kind: 'publish', run: 'r' },
    status(422),
    [{ type: 'change_refused', fault: 'final' }],
  ],
  [
    'a pull request: by name',
    { kind: 'open-pull', run: 'r' },
    status(403),
    [{ type: 'pull_refused', failure: { code: 'PERMISSION_MISSING' } }],
  ],
])('a refusal ends %s', async (_, body, error, events) => {
  const { drain, states, context } = await outboxWith(() => Promise.reject(error), body);
  await drain();
  expect(await states()).toEqual({ [body.kind]: 'dropped' });
  expect((await pendingEvents(context.db, item.id)).map(({ event }) => event)).toMatchObject(events);
});

test('a fault of our own is tried eight times, then given up by name', async () => {
  let tries = 0;
  const { drain, pass, states, context } = await outboxWith(async () => {
    tries += 1;
    throw new TypeError('oops');
  }, launch);
  for (let n = 0; n < 12; n += 1) {
    await drain();
    pass(300_000);
  }
  expect(tries).toBe(8);
  expect(await states()).toEqual({ 'launch-run': 'dropped' });
  expect((await pendingEvents(context.db, item.id)).map(({ event }) => event)).toMatchObject([
    { type: 'launch_failed', failure: { code: 'INTERNAL', sentence: expect.not.stringContaining('oops') } },
  ]);
});

test('what shows how things stand is tried again after a refusal, holds up nothing meanwhile, and at once when asked', async () => {
  let allowed = false;
  const tries: string[] = [];
  const { drain, pass, states, context } = await outboxWith(
    async ({ effect: { kind } }) => {
      tries.push(kind);
      if (!allowed && kind !== 'react') throw status(403);
      return { kind: 'done' };
    },
    labels,
    { kind: 'status-comment' },
    eyes,
  );
  expect(await drain()).toBe(now + 30_000);
  expect(await states()).toEqual({
    'set-labels': 'dropped',
    'status-comment': 'dropped',
    react: 'confirmed',
  });
  pass(29_999);
  await drain();
  expect(tries).toHaveLength(3);
  pass(1);
  expect(await drain()).toBe(now + 90_000);
  expect(tries).toHaveLength(5);
  allowed = true;
  await hurryRefused(context.db, [item.repo.id + 1], context.now());
  await drain();
  expect(tries).toHaveLength(5);
  await hurryRefused(context.db, [item.repo.id], context.now());
  expect(await drain()).toBeUndefined();
  expect(await states()).toEqual({
    'set-labels': 'confirmed',
    'status-comment': 'confirmed',
    react: 'confirmed',
  });
});

test('the status comment says that a check was refused, and no longer when it could be set', async () => {
  const check: EffectBody = { kind: 'set-check', sha: 'a'.repeat(40) };
  const shown: (string | undefined)[] = [];
  let allowed = false;
  const { drain, pass } = await outboxWith(
    async ({ effect: { kind } }, context) => {
      if (kind === 'status-comment') shown.push(await refusedFor(context.db, item.id, 'set-check'));
      else if (!allowed) throw status(403);
      return { kind: 'done' };
    },
    { kind: 'status-comment' },
    check,
  );
  await drain();
  expect(shown.at(-1)).toContain('403');
  allowed = true;
  pass(30_000);
  await drain();
  expect(shown.at(-1)).toBeUndefined();
});

test('a state asked for while it is being written is written once more', async () => {
  let writes = 0;
  const { promise: gate, resolve: open } = Promise.withResolvers<void>();
  const act: Act = async () => {
    writes += 1;
    if (writes === 1) await gate;
    return { kind: 'done', receipt: { id: 5 } };
  };
  const { drain, plan } = await outboxWith(act, labels);
  await drain();
  await plan(labels);
  await drain();
  expect(writes).toBe(1);
  open();
  await drain();
  expect(writes).toBe(2);
});

test('a stopped outbox starts nothing and waits for what is under way', async () => {
  let ended = false;
  const act: Act = async ({ effect: { kind } }) => {
    if (kind === 'set-labels') await sleep(40);
    ended = true;
    return { kind: 'done' };
  };
  const { outbox, plan, states } = await outboxWith(act, labels);
  await outbox.pump();
  await sleep(10);
  await outbox.stop(1_000);
  expect(ended).toBe(true);
  await plan(eyes);
  await outbox.pump();
  await sleep(10);
  expect(await states()).toEqual({ 'set-labels': 'confirmed', react: 'intended' });
});

test('an end that does not come is waited for no longer than patience allows', async () => {
  const { outbox } = await outboxWith(() => new Promise(() => undefined), labels);
  await outbox.pump();
  await sleep(10);
  const before = performance.now();
  await outbox.stop(50);
  expect(performance.now() - before).toBeLessThan(1_000);
});

test('done is done: pumping again sends nothing', async () => {
  let sent = 0;
  const { drain } = await outboxWith(
    async () => {
      sent += 1;
      return { kind: 'done' };
    },
    labels,
    eyes,
    launch,
  );
  await drain();
  await drain();
  expect(sent).toBe(3);
});

test('what a second try would need goes once the effect is recorded, and only then', async () => {
  const seen: unknown[] = [];
  let tries = 0;
  const { drain, pass, states } = await outboxWith(async () => {
    tries += 1;
    if (tries === 1) return { kind: 'later', after: 1_000, reason: 'not now' };
    return { kind: 'done', afterwards: async () => void seen.push(await states()) };
  }, launch);
  await drain();
  expect(seen).toEqual([]);
  pass(1_000);
  await drain();
  expect(seen).toEqual([{ 'launch-run': 'confirmed' }]);
});

test('every effect passes its three points, however it ends', async () => {
  const passed: string[] = [];
  const { drain, context } = await outboxWith(async () => {
    throw status(422);
  }, labels);
  context.crash = (point) => passed.push(point);
  await drain();
  expect(passed).toEqual(['before', 'sent', 'after'].map((when) => `effect:set-labels:${when}`));
});

test('what the process dies under is not begun, and its item learns of it by name', async () => {
  const begun: string[] = [];
  const act: Act = async ({ effect: { kind } }) => {
    begun.push(kind);
    return { kind: 'done' };
  };
  const { context, drain, states } = await outboxWith(act, launch, labels);
  const { quarantine } = context;
  context.quarantine = { ...quarantine, isCondemned: ({ step }) => step.includes('launch-run') };
  await drain();
  expect(begun).toEqual(['set-labels']);
  expect(await states()).toEqual({ 'launch-run': 'dropped', 'set-labels': 'confirmed' });
  const [told] = await pendingEvents(context.db, item.id);
  expect(told?.event).toMatchObject({
    type: 'launch_failed',
    failure: { code: 'QUARANTINED' },
    again: false,
  });
  expect(await parkedSteps(context.db, item.id)).toMatchObject([
    { reason: expect.stringContaining('launch-run') },
  ]);
});
