/** The contract of an executor: one effect carried out, looked for first when it may have been sent before. */
import type { EffectBody, EffectKind } from '../core/effect.ts';
import type { ItemEvent } from '../core/event.ts';
import type { Item } from '../core/item.ts';
import type { Context } from './context.ts';

/**
 * What came of it. `events` are stored in the transaction that confirms the effect; `afterwards` is done when that is on
 * disk, for what a second try would still need. The sweep makes up for one that was not done.
 */
export type Outcome =
  | { kind: 'done'; receipt?: unknown; events?: ItemEvent[]; afterwards?: () => Promise<void> }
  /** Cannot be done now; tried again after the pause, milliseconds. A receipt is for that try. */
  | { kind: 'later'; after: number; reason: string; receipt?: unknown }
  /** Will never be done; the item goes on without it. */
  /** `again`: milliseconds after which it is worth another try, and holds up nothing until then. */
  | { kind: 'dropped'; reason: string; events?: ItemEvent[]; again?: number };

export interface Job<K extends EffectKind> {
  effect: Extract<EffectBody, { kind: K }>;
  /** The item as it is now, which may be newer than the intention. */
  item: Item;
  /** It may have been sent before without our knowing what came of it. */
  again: boolean;
  attempts: number;
  /** What an earlier confirmation or try of the same effect left, such as a comment's id. */
  receipt: unknown;
  signal: AbortSignal;
}

export type Executor<K extends EffectKind> = (context: Context, job: Job<K>) => Promise<Outcome>;

export type Executors = { [K in EffectKind]: Executor<K> };
