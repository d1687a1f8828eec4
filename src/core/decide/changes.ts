/** Rules for the way of a change out of the house: published, refused, pull request opened. */
import type { Decision } from '../decide.ts';
import { effect } from '../effect.ts';
import type { ChangeEvent } from '../event.ts';
import { type Item, liveRun } from '../item.ts';
import type { Policy } from '../policy.ts';
import { chain, conclude, endRun, failAttempt, loseRun, show } from './ending.ts';

type Of<T extends ChangeEvent['type']> = Extract<ChangeEvent, { type: T }>;

export function changePublished(item: Item, event: Of<'change_published'>, now: number): Decision {
  const run = liveRun(item, event.run);
  if (!run) return { item, effects: [] };
  return chain(
    { ...item, change: event.change },
    (it) => endRun(it, run, now, true),
    (it) => ({ item: it, effects: [effect(it, { kind: 'open-pull', run: run.id })] }),
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
      if (event.fault === 'final') return conclude(it, { kind: 'failed', failure: event.failure });
      if (event.fault === 'machinery') return loseRun(it, event.failure, now);
      return failAttempt(it, event.failure, policy, now);
    },
  );
}

export function pullOpened(item: Item, event: Of<'pull_opened'>): Decision {
  if (!item.change) return { item, effects: [] };
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

export function pullRefused(item: Item, event: Of<'pull_refused'>): Decision {
  return conclude(item, { kind: 'failed', failure: event.failure });
}
