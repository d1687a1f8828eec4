/** Has status comments say what holds an item back, where that is more than that no agent is free, and when it is over. */
import type { DispatchVerdict, HoldReason } from '../core/dispatch.ts';
import { rearm } from '../store/effects.ts';
import type { Context } from './context.ts';

const news: ReadonlySet<HoldReason> = new Set(['runner_waits', 'day_budget_used', 'low_disk', 'low_memory']);

export function isNews(reason: HoldReason): boolean {
  return news.has(reason);
}

/** Remembers what it was told last; a new process has each comment written once more. */
export function createHoldNews({ db, now }: Pick<Context, 'db' | 'now'>) {
  let told = new Map<string, HoldReason>();
  return async (verdicts: readonly DispatchVerdict[]): Promise<void> => {
    const holds = new Map<string, HoldReason>();
    for (const one of verdicts) {
      if (one.verdict === 'hold' && isNews(one.reason)) holds.set(one.id, one.reason);
    }
    for (const id of new Set([...holds.keys(), ...told.keys()])) {
      if (holds.get(id) !== told.get(id)) await rearm(db, `${id}/status-comment`, now(), now());
    }
    told = holds;
  };
}
