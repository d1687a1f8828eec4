/** Rules for what runs do: claimed, launched, working, finished, lost, over their time. */
import type { Decision } from '../decide.ts';
import { effect } from '../effect.ts';
import type { RunEvent } from '../event.ts';
import { type Failure, type Item, liveRun, type Run } from '../item.ts';
import type { Policy } from '../policy.ts';
import { statusOf } from '../status.ts';
import { chain, conclude, endRun, failAttempt, loseRun, show } from './ending.ts';

type Of<T extends RunEvent['type']> = Extract<RunEvent, { type: T }>;

/** A seat is taken only while the item still waits for one: the request may have been taken back since. */
export function seatGiven(item: Item, event: Of<'seat_given'>, now: number): Decision {
  if (statusOf(item) !== 'ready') return { item, effects: [] };
  const run: Run = {
    ...event.run,
    phase: 'claimed',
    claimedAt: now,
    attempt: item.attempts + 1,
    epoch: item.generation * 1000 + item.attempts + item.losses + 1,
  };
  const { retryAt: _, ...rest } = item;
  const claimed: Item = { ...rest, run };
  return { item: claimed, effects: [effect(claimed, { kind: 'launch-run', run: run.id }), ...show(claimed)] };
}

export function runLaunched(item: Item, event: Of<'run_launched'>, now: number): Decision {
  const run = liveRun(item, event.run);
  if (!run) return { item, effects: [] };
  const launched: Item = {
    ...item,
    run: {
      ...run,
      phase: run.phase === 'claimed' ? 'launched' : run.phase,
      launchedAt: now,
      branch: event.branch,
      base: event.base,
    },
    notes: noted(item, event.notes),
  };
  return { item: launched, effects: [effect(launched, { kind: 'status-comment' })] };
}

export function launchFailed(item: Item, event: Of<'launch_failed'>, policy: Policy, now: number): Decision {
  const run = liveRun(item, event.run);
  if (!run) return { item, effects: [] };
  return chain(
    item,
    (it) => endRun(it, run, now),
    (it) => {
      if (run.stopping) return stopped(it, run, policy, now);
      return event.again
        ? loseRun(it, event.failure, now)
        : conclude(it, { kind: 'failed', failure: event.failure });
    },
  );
}

export function runWorking(item: Item, event: Of<'run_working'>): Decision {
  const run = liveRun(item, event.run);
  if (!run || run.phase === 'publishing') return { item, effects: [] };
  const working: Item = { ...item, run: { ...run, phase: 'working' }, notes: noted(item, event.notes) };
  return { item: working, effects: [effect(working, { kind: 'status-comment' })] };
}

export function runNoted(item: Item, event: Of<'run_noted'>): Decision {
  if (!liveRun(item, event.run)) return { item, effects: [] };
  const next = { ...item, notes: noted(item, event.notes) };
  return { item: next, effects: [effect(next, { kind: 'status-comment' })] };
}

/** The shim said its last word. A change is published whether or not it needed several turns; nothing else is. */
export function runFinished(item: Item, event: Of<'run_finished'>, policy: Policy, now: number): Decision {
  const run = liveRun(item, event.run);
  if (!run || run.phase === 'publishing') return { item, effects: [] };
  const { verdict } = event;
  const heard: Run = { ...run, verdict };
  if (run.stopping || verdict.outcome === 'cancelled') {
    return chain(
      item,
      (it) => endRun(it, heard, now),
      (it) => stopped(it, heard, policy, now),
    );
  }
  if (verdict.outcome === 'failed') {
    return chain(
      item,
      (it) => endRun(it, heard, now),
      (it) => failAttempt(it, failureOf(heard), policy, now, verdict.oomKilled ? 2 : Infinity),
    );
  }
  if (!verdict.changed) {
    return chain(
      item,
      (it) => endRun(it, heard, now),
      (it) => conclude(it, { kind: 'no_change' }),
    );
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

export function runLost(item: Item, event: Of<'run_lost'>, policy: Policy, now: number): Decision {
  const run = liveRun(item, event.run);
  if (!run || run.phase === 'publishing') return { item, effects: [] };
  return chain(
    item,
    (it) => endRun(it, run, now),
    (it) => {
      if (run.stopping) return stopped(it, run, policy, now);
      if (event.cause === 'oom') return failAttempt(it, outOfMemory(policy), policy, now, 2);
      return loseRun(it, lost(event), now);
    },
  );
}

export function runOverdue(item: Item, event: Of<'run_overdue'>, policy: Policy): Decision {
  const run = liveRun(item, event.run);
  if (!run || run.stopping || run.phase === 'publishing') return { item, effects: [] };
  const stopping: Item = { ...item, run: { ...run, stopping: { cause: 'limit' } } };
  const reason = `limits.run of ${Math.round(policy.limits.run / 1000)} s is used up`;
  return {
    item: stopping,
    effects: [
      effect(stopping, { kind: 'stop-run', run: run.id, reason }),
      effect(stopping, { kind: 'status-comment' }),
    ],
  };
}

/** What follows the end of a run that was told to stop. */
function stopped(item: Item, run: Run, policy: Policy, now: number): Decision {
  if (run.stopping?.cause === 'limit') return failAttempt(item, overTime(policy), policy, now);
  const by = run.stopping?.by;
  return conclude(item, { kind: 'stopped', ...(by === undefined ? {} : { by }) });
}

function overTime(policy: Policy): Failure {
  return {
    code: 'LIMIT_RUN',
    sentence: `The run took longer than limits.run (${Math.round(policy.limits.run / 1000)} s) and was stopped.`,
    todo: 'Split the issue, or raise limits.run in .github/prlt.yml.',
  };
}

function outOfMemory(policy: Policy): Failure {
  return {
    code: 'AGENT_OOM',
    sentence: `The run needed more memory than limits.memory (${Math.round(policy.limits.memory / 2 ** 20)} MiB) and was killed by the kernel.`,
    todo: 'Raise limits.memory in .github/prlt.yml, or make the job smaller.',
  };
}

function lost(event: Of<'run_lost'>): Failure {
  const how =
    event.cause === 'gone'
      ? 'disappeared'
      : `was ended from outside (exit code ${event.exitCode ?? 'unknown'})`;
  return {
    code: 'RUN_LOST',
    sentence: `The agent's container ${how}.`,
    todo: 'Look at the engine of the machine that runs prlt.',
  };
}

function failureOf(run: Run): Failure {
  const verdict = run.verdict;
  if (verdict?.cause === 'checkout') {
    return {
      code: 'CHECKOUT_FAILED',
      sentence: `The checkout could not be made: ${verdict.error ?? 'no reason given'}.`,
    };
  }
  if (verdict?.cause === 'spawn') {
    return {
      code: 'SESSION_SPAWN_FAILED',
      sentence: `The agent could not be started: ${verdict.error ?? 'no reason given'}.`,
    };
  }
  if (verdict?.cause === 'bundle') {
    return {
      code: 'PUBLISH_REFUSED',
      sentence: `The change was not taken: ${verdict.error ?? 'no reason given'}.`,
    };
  }
  const how =
    verdict?.exitCode !== undefined
      ? `ended with exit code ${verdict.exitCode}`
      : verdict?.signal !== undefined
        ? `was ended by ${verdict.signal}`
        : `failed: ${verdict?.error ?? 'no reason given'}`;
  return { code: 'AGENT_FAILED', sentence: `The agent ${how}.` };
}

function noted(item: Item, notes: string[]): string[] {
  return [...new Set([...item.notes, ...notes])];
}
