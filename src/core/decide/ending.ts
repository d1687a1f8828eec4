/** How a run ends: what is cleaned, whether another attempt follows, what people see. Shared by the event families. */
import type { Decision } from '../decide.ts';
import { type Effect, effect, type Work } from '../effect.ts';
import type { Reply } from '../event.ts';
import type { Failure, Item, Origin, Outcome, Run } from '../item.ts';
import type { Policy } from '../policy.ts';

/** Pauses before attempt 2, 3, … in milliseconds; the last one repeats. */
const pauses = [1_000, 5_000, 30_000, 120_000];

/** How many times a run may vanish by no fault of its own before the item stops, so that a poison task ends. */
export const maxLosses = 3;

/**
 * Milliseconds that what people are shown of a beginning may wait: there is more to say at once, and the run comes first. That
 * they were heard is shown without it.
 */
export const pause = 2_000;

export function show(item: Item, wait?: number): Effect[] {
  const later = wait === undefined ? {} : { pause: wait };
  return [effect(item, { kind: 'status-comment', ...later }), effect(item, { kind: 'set-labels', ...later })];
}

/**
 * Facts of an item whose run is over; the container goes now. `over`: the workspace goes too, and work that is not
 * published is kept for people. `goes_on`: the workspace is of use still. `put_aside`: both, for nobody knows when.
 */
export function endRun(
  item: Item,
  run: Run,
  now: number,
  fate: 'over' | 'goes_on' | 'put_aside' = 'over',
): Decision {
  const { pokes, ...rest } = run;
  const ended: Run = { ...rest, phase: 'ended', endedAt: now };
  const next: Item = { ...item, run: ended };
  const unheard = (pokes ?? []).flatMap(
    ({ origin, ordinal }) =>
      answered(next, origin, { kind: 'nothing_running', asked: 'poke' }, ordinal).effects,
  );
  const clean = effect(next, {
    kind: 'clean-run',
    run: run.id,
    ...(fate === 'over' ? { workspace: run.workspace } : {}),
  });
  const work = fate === 'goes_on' ? undefined : unpublished(item, run);
  return {
    item: next,
    effects: [...(work ? [effect(next, { kind: 'keep-work', run: run.id, work })] : []), clean, ...unheard],
  };
}

function unpublished(item: Item, { verdict, start, base, branch, attempt }: Run): Work | undefined {
  if (!verdict?.changed || !start || !base || !branch) return undefined;
  const ref = `refs/prlt/${item.key}/${item.generation}.${attempt}`;
  return { head: verdict.head, start, base: base.sha, branch, ref };
}

/** A reply with the face that goes with it. */
export function answered(item: Item, origin: Origin, reply: Reply, ordinal: number): Decision {
  const good = ['help', 'status', 'why', 'peek'].includes(reply.kind);
  return {
    item,
    effects: [
      effect(item, { kind: 'reply', origin, reply, ordinal }),
      effect(item, { kind: 'react', origin, content: good ? 'rocket' : 'confused' }),
    ],
  };
}

/** A run on an open pull request is over: the item is in review as before. */
export function finishFix(item: Item): Decision {
  const { wants: _, ...reviewed } = item;
  return { item: reviewed, effects: show(reviewed) };
}

/** Ends the item's work with an outcome; a workspace that was kept to go on with goes. */
export function conclude(item: Item, outcome: Outcome): Decision {
  const { retryAt: _retry, wants: _wants, wait: _wait, continuation, ...rest } = item;
  const concluded: Item = { ...rest, outcome };
  const kept =
    continuation && item.run
      ? [effect(concluded, { kind: 'clean-run', run: item.run.id, workspace: continuation.workspace })]
      : [];
  return { item: concluded, effects: [...kept, ...show(concluded)] };
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
