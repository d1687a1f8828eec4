/** Rules for what people ask: start, stop, poke, take back, and questions that only need an answer. */
import type { Decision } from '../decide.ts';
import { type Effect, effect } from '../effect.ts';
import type { BoardEvent } from '../event.ts';
import { type Failure, holdsSeat, type Item, type Origin, type StopCause } from '../item.ts';
import { readLabels } from '../labels.ts';
import { type Policy, route } from '../policy.ts';
import { statusOf } from '../status.ts';
import { conclude, show } from './ending.ts';

type Of<T extends BoardEvent['type']> = Extract<BoardEvent, { type: T }>;

/** A permitted person asked for work. What is under way already is shown again, never begun twice. */
export function requested(item: Item, event: Of<'item_requested'>, policy: Policy, now: number): Decision {
  const status = statusOf(item);
  if (item.closed || status === 'review' || (item.request && !item.outcome && status !== 'cancelled')) {
    return { item, effects: [accepted(item, event.via, event.origin), ...show(item)] };
  }
  const { change: _change, outcome: _outcome, lastFailure: _failure, retryAt: _retry, ...kept } = item;
  const { by, via, origin, snapshot, failure } = event;
  const asked: Item = {
    ...kept,
    generation: item.generation + 1,
    request: { by, via, origin, snapshot, at: now },
    attempts: 0,
    losses: 0,
    notes: [...readLabels(snapshot.labels).notes, ...event.notes],
  };
  const refusal = failure ?? seatless(policy, snapshot.labels);
  const next: Decision = refusal
    ? conclude(asked, { kind: 'failed', failure: refusal })
    : { item: asked, effects: [effect(asked, { kind: 'status-comment' })] };
  return { item: next.item, effects: [accepted(asked, via, origin), ...next.effects] };
}

/** Why no seat of this repository can ever take the item; undefined when one can. */
function seatless(policy: Policy, labels: readonly string[]): Failure | undefined {
  const routed = route(policy, labels);
  if (!('code' in routed)) return undefined;
  const { code, what } = routed;
  const sentences = {
    NO_WORKER: `No worker takes items of type "${what}".`,
    NO_PROFILE: `There is no profile named "${what}".`,
    NO_RUNNER: `Profile "${what}" has no runner that this service can use.`,
  };
  return { code, sentence: sentences[code] };
}

function accepted(item: Item, via: 'label' | 'command', origin: Origin): Effect {
  return effect(item, { kind: 'react', origin, content: via === 'label' ? 'eyes' : 'rocket' });
}

export function requestDenied(item: Item, event: Of<'request_denied'>): Decision {
  return { item, effects: [effect(item, { kind: 'react', origin: event.origin, content: 'confused' })] };
}

export function stopAsked(item: Item, event: Of<'stop_asked'>): Decision {
  if (!isUnderWay(item)) return answered(item, event.origin, { kind: 'nothing_running' });
  const stopped = stop(item, 'asked', event.by.login);
  const rocket = effect(item, { kind: 'react', origin: event.origin, content: 'rocket' });
  return { item: stopped.item, effects: [rocket, ...stopped.effects] };
}

export function withdrawn(item: Item, event: Of<'request_withdrawn'>): Decision {
  return isUnderWay(item) ? stop(item, 'withdrawn', event.by.login) : { item, effects: [] };
}

export function poked(item: Item, event: Of<'poke_asked'>): Decision {
  const run = item.run;
  if (!run || !holdsSeat(item) || run.stopping)
    return answered(item, event.origin, { kind: 'nothing_running' });
  const { origin, text, by } = event;
  return {
    item,
    effects: [
      effect(item, { kind: 'send-message', run: run.id, origin, text, from: by.login }),
      effect(item, { kind: 'react', origin, content: 'rocket' }),
      effect(item, { kind: 'status-comment' }),
    ],
  };
}

export function replyAsked(item: Item, event: Of<'reply_asked'>): Decision {
  return answered(item, event.origin, event.reply, event.ordinal);
}

function answered(item: Item, origin: Origin, reply: Of<'reply_asked'>['reply'], ordinal = 0): Decision {
  const good = reply.kind === 'help' || reply.kind === 'status';
  return {
    item,
    effects: [
      effect(item, { kind: 'reply', origin, reply, ordinal }),
      effect(item, { kind: 'react', origin, content: good ? 'rocket' : 'confused' }),
    ],
  };
}

/** Whether there is anything to stop: a wait for a seat, a run, or a change on its way out. */
export function isUnderWay(item: Item): boolean {
  return item.request !== undefined && !item.outcome && !item.change?.pull && !item.closed;
}

/** Ends the work: at once when no container exists, else when its end is confirmed. */
export function stop(item: Item, cause: StopCause, by?: string): Decision {
  const person = by === undefined ? {} : { by };
  const run = item.run;
  if (!run || run.phase === 'ended') return conclude(item, { kind: 'stopped', ...person });
  if (run.stopping) return { item, effects: [] };
  const stopping: Item = { ...item, run: { ...run, stopping: { cause, ...person } } };
  return {
    item: stopping,
    effects: [
      effect(stopping, { kind: 'stop-run', run: run.id, reason: cause }),
      effect(stopping, { kind: 'status-comment' }),
    ],
  };
}
