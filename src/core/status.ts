/** The status of an item, computed from its facts; the board, the labels and the queries all use this one function. */
import type { Item } from './item.ts';

export type Status =
  | 'new'
  | 'ready'
  | 'claimed'
  | 'in_progress'
  | 'review'
  | 'done'
  | 'failed'
  | 'blocked'
  | 'cancelled';

/** An open pull request keeps the item in review whatever runs; a closed issue ends it whatever else is true. */
export function statusOf(item: Item): Status {
  if (item.change?.pull?.state === 'merged') return 'done';
  if (item.closed) return item.closed === 'completed' ? 'done' : 'cancelled';
  if (item.change?.pull?.state === 'open') return 'review';
  if (item.outcome) return outcomeStatus[item.outcome.kind];
  if (item.run && item.run.phase !== 'ended') return item.run.phase === 'claimed' ? 'claimed' : 'in_progress';
  if (item.change?.pull?.state === 'closed') return 'cancelled';
  if (item.change) return 'in_progress';
  return item.request ? 'ready' : 'new';
}

const outcomeStatus = { no_change: 'done', failed: 'failed', stopped: 'cancelled' } as const;
