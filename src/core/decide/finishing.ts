/** Rules for how runs end: finished, lost, over a limit, told to stop. */
import type { Decision } from '../decide.ts';
import { effect } from '../effect.ts';
import type { RunEvent } from '../event.ts';
import { type Item, liveRun, type Run } from '../item.ts';
import type { Policy } from '../policy.ts';
import { chain, conclude, endRun, failAttempt, finishFix, loseRun } from './ending.ts';
import { failureOf, lost, notAnotherWay, outOfMemory, overLimit } from './failures.ts';
import { requested } from './requests.ts';
import { isPutAside, overBudget, providerGaveUp, waitForBlocker } from './waiting.ts';

type Of<T extends RunEvent['type']> = Extract<RunEvent, { type: T }>;

/** The shim said its last word. A change is published whether or not it needed several turns; nothing else is. */
export function runFinished(item: Item, event: Of<'run_finished'>, policy: Policy, now: number): Decision {
  const run = liveRun(item, event.run);
  if (!run || run.phase === 'publishing') return { item, effects: [] };
  const { verdict } = event;
  const heard: Run = { ...run, verdict };
  const ended = (next: (item: Item) => Decision) => chain(item, (it) => endRun(it, heard, now), next);
  if (run.stopping) return endStopped(item, heard, policy, now);
  // Nobody here told it to stop: the engine did, or a person at the machine.
  if (verdict.outcome === 'cancelled') {
    return ended((it) => loseRun(it, lost({ type: 'run_lost', run: run.id, cause: 'killed' }), now));
  }
  if (verdict.outcome === 'failed' && verdict.oomKilled) {
    return ended((it) => failAttempt(it, outOfMemory(policy), policy, now, mostAfterOom));
  }
  const { means } = verdict;
  if (isPutAside(means)) return providerGaveUp(item, heard, means, policy, now);
  if (verdict.outcome === 'failed' || means === 'crashed' || means === 'stalled') {
    return ended((it) => failAttempt(it, failureOf(heard, policy), policy, now));
  }
  if (!verdict.changed) {
    return ended((it) => (it.change?.pull ? finishFix(it) : conclude(it, { kind: 'no_change' })));
  }
  const publishing: Item = { ...item, run: { ...heard, phase: 'publishing' } };
  return {
    item: publishing,
    effects: [
      effect(publishing, { kind: 'clean-run', run: run.id }),
      effect(publishing, { kind: 'publish', run: run.id }),
      effect(publishing, { kind: 'status-comment' }),
    ],
  };
}

/** More memory is not there the third time either. */
const mostAfterOom = 2;

export function runLost(item: Item, event: Of<'run_lost'>, policy: Policy, now: number): Decision {
  const run = liveRun(item, event.run);
  if (!run || run.phase === 'publishing') return { item, effects: [] };
  if (run.stopping) return endStopped(item, run, policy, now);
  return chain(
    item,
    (it) => endRun(it, run, now),
    (it) => {
      if (event.cause === 'oom') return failAttempt(it, outOfMemory(policy), policy, now, mostAfterOom);
      return loseRun(it, lost(event), now);
    },
  );
}

/** A limit was reached while the run was alive: it is told to stop, and its end counts as an attempt. */
export function runOverLimit(item: Item, event: Of<'run_over_limit'>, policy: Policy): Decision {
  const run = liveRun(item, event.run);
  if (!run || run.stopping || run.phase === 'publishing') return { item, effects: [] };
  const stopping: Item = { ...item, run: { ...run, stopping: { cause: 'limit', limit: event.limit } } };
  const { sentence } = overLimit(event.limit, policy, run);
  return {
    item: stopping,
    effects: [
      effect(stopping, { kind: 'stop-run', run: run.id, reason: sentence }),
      effect(stopping, { kind: 'status-comment' }),
    ],
  };
}

/** The end of a run that was told to stop: what is put aside keeps its workspace. */
function endStopped(item: Item, run: Run, policy: Policy, now: number): Decision {
  const limit = run.stopping?.limit;
  if (limit === 'spend' || limit === 'spend_day') return overBudget(item, run, limit, policy, now);
  if (run.stopping?.cause === 'blocker') return waitForBlocker(item, run, now);
  if (run.stopping?.cause === 'provider') return providerGaveUp(item, run, 'transient', policy, now);
  return chain(
    item,
    (it) => endRun(it, run, now),
    (it) => stopped(it, run, policy, now),
  );
}

/** What follows the end of a run that was told to stop. */
export function stopped(item: Item, run: Run, policy: Policy, now: number): Decision {
  const { cause, limit, by, reason } = run.stopping ?? { cause: 'asked' };
  if (cause === 'limit') return failAttempt(item, overLimit(limit ?? 'run', policy, run), policy, now);
  const { next, ...alone } = item;
  return chain(
    alone,
    (it) => conclude(it, { kind: 'stopped', ...(by ? { by } : {}), ...(reason ? { reason } : {}) }),
    (it) => (next ? requested(it, next, policy, now) : { item: it, effects: [] }),
  );
}

/** Nothing could be started; what the machinery is to blame for is tried again. */
export function launchFailed(item: Item, event: Of<'launch_failed'>, policy: Policy, now: number): Decision {
  const run = liveRun(item, event.run);
  if (!run) return { item, effects: [] };
  if (run.stopping) return endStopped(item, run, policy, now);
  const failure = notAnotherWay(event.failure);
  return chain(
    item,
    (it) => endRun(it, run, now),
    (it) => (event.again ? loseRun(it, failure, now) : conclude(it, { kind: 'failed', failure })),
  );
}
