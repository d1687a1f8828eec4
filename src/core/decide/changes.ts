/** Rules for the way of a change out of the house: published, refused, pull request opened. */
import type { Decision } from '../decide.ts';
import { effect } from '../effect.ts';
import type { ChangeEvent } from '../event.ts';
import { type Item, liveRun } from '../item.ts';
import type { Policy } from '../policy.ts';
import { chain, conclude, endRun, failAttempt, finishFix, loseRun, show } from './ending.ts';
import { stopped } from './finishing.ts';

type Of<T extends ChangeEvent['type']> = Extract<ChangeEvent, { type: T }>;

/** The branch is out. The first time a pull request follows; a fix only moves the one that is open. */
export function changePublished(
  item: Item,
  event: Of<'change_published'>,
  policy: Policy,
  now: number,
): Decision {
  const run = liveRun(item, event.run);
  if (!run) return { item, effects: [] };
  const pull = item.change?.pull;
  return chain(
    { ...item, change: { ...event.change, ...(pull ? { pull } : {}) } },
    (it) => endRun(it, run, now, run.stopping ? 'over' : 'goes_on'),
    (it) => {
      if (run.stopping) return stopped(it, run, policy, now);
      if (!pull) return { item: it, effects: [effect(it, { kind: 'open-pull', run: run.id })] };
      const fixed = finishFix(it);
      const check = effect(fixed.item, { kind: 'set-check', sha: event.change.head });
      return { item: fixed.item, effects: [check, ...fixed.effects] };
    },
  );
}

export function changeRefused(
  item: Item,
  event: Of<'change_refused'>,
  policy: Policy,
  now: number,
): Decision {
  const run = liveRun(item, event.run);
  if (!run) return { item, effects: [] };
  return chain(
    item,
    (it) => endRun(it, run, now),
    (it) => {
      if (run.stopping || event.fault === 'stopped') return stopped(it, run, policy, now);
      if (event.fault === 'final') return conclude(it, { kind: 'failed', failure: event.failure });
      if (event.fault === 'machinery') return loseRun(it, event.failure, now);
      return failAttempt(it, event.failure, policy, now);
    },
  );
}

export function pullOpened(item: Item, event: Of<'pull_opened'>): Decision {
  if (!item.change || item.run?.id !== event.run) return { item, effects: [] };
  const opened: Item = {
    ...item,
    change: { ...item.change, pull: event.pull },
    notes: [...new Set([...item.notes, ...event.notes])],
  };
  return {
    item: opened,
    effects: [effect(opened, { kind: 'set-check', sha: item.change.head }), ...show(opened)],
  };
}

/** What the run was to make is there: it ends, and the item goes on from what was found. */
export function pullFound(item: Item, event: Of<'pull_found'>, now: number): Decision {
  const run = liveRun(item, event.run);
  if (!run) return { item, effects: [] };
  return chain(
    { ...item, change: event.change },
    (it) => endRun(it, { ...run, branch: event.change.branch }, now, 'goes_on'),
    (it) => ({ item: it, effects: show(it) }),
  );
}

export function pullRefused(item: Item, event: Of<'pull_refused'>): Decision {
  if (!item.change || item.change.pull || item.run?.id !== event.run) return { item, effects: [] };
  return conclude(item, { kind: 'failed', failure: event.failure });
}

/** Where the work of a run that failed can be fetched. */
export function workKept(item: Item, event: Of<'work_kept'>): Decision {
  const told: Item = { ...item, notes: [...new Set([...item.notes, event.note])] };
  return { item: told, effects: [effect(told, { kind: 'status-comment' })] };
}
