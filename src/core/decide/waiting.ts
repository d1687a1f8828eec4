/** Rules for work that is put aside and goes on later in the same workspace: no money, no provider, a person needed. */
import type { Decision } from '../decide.ts';
import { effect } from '../effect.ts';
import type { RunEvent } from '../event.ts';
import { type Continuation, type Failure, type Item, liveRun, type Run, type Wait } from '../item.ts';
import type { Policy } from '../policy.ts';
import type { Meaning } from '../verdict.ts';
import { endRun, show } from './ending.ts';
import { blocked, overLimit, providerFailure } from './failures.ts';

type Of<T extends RunEvent['type']> = Extract<RunEvent, { type: T }>;

/** Pauses before a provider that was away is asked again, in milliseconds; the last one repeats. */
const providerPauses = [30_000, 120_000, 300_000, 900_000, 1_800_000];
/** A provider that takes no more, or does not take the key, is asked again after these. */
const quotaPause = 3_600_000;
const authPause = 300_000;

/** Meanings of an end that leave the work to be gone on with. */
export type PutAside = Extract<Meaning, 'transient' | 'quota' | 'auth' | 'needs_person'>;

export function isPutAside(meaning: Meaning | undefined): meaning is PutAside {
  return meaning === 'transient' || meaning === 'quota' || meaning === 'auth' || meaning === 'needs_person';
}

/** The provider of models is to blame, or only a person can go on: no attempt is used, and nothing is lost. */
export function providerGaveUp(
  item: Item,
  run: Run,
  meaning: PutAside,
  policy: Policy,
  now: number,
): Decision {
  const failure = providerFailure(meaning, run);
  const fallback = policy.profiles[run.profile]?.fallback;
  if (meaning === 'quota' && fallback !== undefined && fallback !== run.runner) {
    return putAside(item, run, failure, undefined, now, fallback);
  }
  const backoffs = item.backoffs ?? 0;
  const kind = { transient: 'provider', quota: 'provider', auth: 'auth', needs_person: 'person' } as const;
  const pause = {
    transient: providerPauses[Math.min(backoffs, providerPauses.length - 1)] ?? quotaPause,
    quota: quotaPause,
    auth: authPause,
    needs_person: undefined,
  }[meaning];
  const wait: Wait = {
    kind: kind[meaning],
    failure,
    since: now,
    ...(pause === undefined ? {} : { until: now + pause }),
  };
  return putAside({ ...item, backoffs: backoffs + 1 }, run, failure, wait, now);
}

/** The cap is reached: what there is is kept, and a person may raise it. For the day's money the queue waits by itself. */
export function overBudget(
  item: Item,
  run: Run,
  limit: 'spend' | 'spend_day',
  policy: Policy,
  now: number,
): Decision {
  const failure = overLimit(limit, policy, run);
  const wait: Wait | undefined = limit === 'spend' ? { kind: 'budget', failure, since: now } : undefined;
  return putAside(item, run, failure, wait, now);
}

/** The agent goes on asking a provider that does not answer; waiting without it costs nothing. */
export function runStarved(item: Item, event: Of<'run_starved'>): Decision {
  return stopFor(item, event.run, { cause: 'provider' }, 'the model provider is away');
}

/** The agent reported that it cannot go on without something; its container ends, so that waiting costs nothing. */
export function runBlocked(item: Item, event: Of<'run_blocked'>): Decision {
  const { reason, needs } = event;
  return stopFor(item, event.run, { cause: 'blocker', reason, needs }, 'the agent reported a blocker');
}

function stopFor(item: Item, id: string, stopping: NonNullable<Run['stopping']>, reason: string): Decision {
  const run = liveRun(item, id);
  if (!run || run.stopping || run.phase === 'publishing') return { item, effects: [] };
  const next: Item = { ...item, run: { ...run, stopping } };
  return {
    item: next,
    effects: [
      effect(next, { kind: 'stop-run', run: run.id, reason }),
      effect(next, { kind: 'status-comment' }),
    ],
  };
}

/** The container of a run that reported a blocker is gone. */
export function waitForBlocker(item: Item, run: Run, now: number): Decision {
  const { reason = '', needs = '' } = run.stopping ?? {};
  const failure = blocked(reason, needs);
  return putAside(item, run, failure, { kind: 'blocker', failure, since: now }, now);
}

/** Ends the run and keeps its workspace; without `wait` the item goes back to the queue at once. */
function putAside(
  item: Item,
  run: Run,
  { sentence }: Failure,
  wait: Wait | undefined,
  now: number,
  fallback?: string,
): Decision {
  const continuation = continuationOf(run, sentence, fallback);
  const fate = wait?.until === undefined && wait ? 'put_aside' : 'goes_on';
  // A run that had no checkout yet leaves nothing to go on with.
  const ended = endRun(item, run, now, continuation ? fate : 'over');
  const { retryAt: _, wait: _before, ...rest } = ended.item;
  const next: Item = {
    ...rest,
    ...(wait ? { wait, lastFailure: wait.failure } : {}),
    ...(wait?.until === undefined ? {} : { retryAt: wait.until }),
    ...(continuation ? { continuation } : {}),
  };
  return { item: next, effects: [...ended.effects, ...show(next)] };
}

function continuationOf(
  { workspace, runner, branch, base, start, id, continues }: Run,
  reason: string,
  fallback: string | undefined,
): Continuation | undefined {
  if (!branch || !base || !start) return undefined;
  const runs = [...(continues?.runs ?? []), id];
  const handover = fallback === undefined ? {} : { handover: { from: runner, to: fallback } };
  return { workspace, branch, base, start, runs, reason, ...handover };
}
