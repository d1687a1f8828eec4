/** How a run ends: what is cleaned, whether another attempt follows, what people see. Shared by the event families. */
import type { Decision } from '../decide.ts';
import { type Effect, effect, type Work } from '../effect.ts';
import type { Failure, Item, Outcome, Run } from '../item.ts';
import type { Policy } from '../policy.ts';

/** Pauses before attempt 2, 3, … in milliseconds; the last one repeats. */
const pauses = [1_000, 5_000, 30_000, 120_000];

/** How many times a run may vanish by no fault of its own before the item stops, so that a poison task ends. */
export const maxLosses = 3;

export function show(item: Item): Effect[] {
  return [effect(item, { kind: 'status-comment' }), effect(item, { kind: 'set-labels' })];
}

/**
 * Facts of an item whose run is over; the container goes now, the workspace with the last use of it. Work that is not
 * published is kept for people.
 */
export function endRun(item: Item, run: Run, now: number, published = false): Decision {
  const ended: Run = { ...run, phase: 'ended', endedAt: now };
  const next: Item = { ...item, run: ended };
  const clean = effect(next, {
    kind: 'clean-run',
    run: run.id,
    ...(published ? {} : { workspace: run.workspace }),
  });
  const work = published ? undefined : unpublished(item, run);
  return {
    item: next,
    effects: work ? [effect(next, { kind: 'keep-work', run: run.id, work }), clean] : [clean],
  };
}

function unpublished(item: Item, { verdict, start, base, branch, attempt }: Run): Work | undefined {
  if (!verdict?.changed || !start || !base || !branch) return undefined;
  const ref = `refs/prlt/${item.key}/${item.generation}.${attempt}`;
  return { head: verdict.head, start, base: base.sha, branch, ref };
}

/** A run on an open pull request is over: the item is in review as before. */
export function finishFix(item: Item): Decision {
  const { wants: _, ...reviewed } = item;
  return { item: reviewed, effects: show(reviewed) };
}

/** Ends the item's work with an outcome. */
export function conclude(item: Item, outcome: Outcome): Decision {
  const { retryAt: _retry, wants: _wants, ...rest } = item;
  const concluded: Item = { ...rest, outcome };
  return { item: concluded, effects: show(concluded) };
}

/** A run that failed by its own fault: another attempt after a pause while there are any, else the item has failed. */
export function failAttempt(
  item: Item,
  failure: Failure,
  policy: Policy,
  now: number,
  most = Infinity,
): Decision {
  const attempts = item.attempts + 1;
  const allowed = Math.min(policy.limits.attempts, most);
  const counted: Item = { ...item, attempts, lastFailure: failure };
  if (attempts >= allowed) return conclude(counted, { kind: 'failed', failure });
  const waiting: Item = { ...counted, retryAt: now + pauseBefore(attempts) };
  return { item: waiting, effects: show(waiting) };
}

/** A run that ended by the fault of the machinery: no attempt is used, but not for ever. */
export function loseRun(item: Item, failure: Failure, now: number): Decision {
  const losses = item.losses + 1;
  const counted: Item = { ...item, losses, lastFailure: failure };
  if (losses >= maxLosses) return conclude(counted, { kind: 'failed', failure });
  const waiting: Item = { ...counted, retryAt: now + pauseBefore(losses) };
  return { item: waiting, effects: show(waiting) };
}

/** Does one thing after another on an item, collecting effects. */
export function chain(item: Item, ...steps: ((item: Item) => Decision)[]): Decision {
  let current: Decision = { item, effects: [] };
  for (const step of steps) {
    const next = step(current.item);
    current = { item: next.item, effects: [...current.effects, ...next.effects] };
  }
  return current;
}

function pauseBefore(attemptsSoFar: number): number {
  return pauses[Math.min(attemptsSoFar, pauses.length) - 1] ?? 0;
}
