/** Rules for what people ask: start, stop, poke, take back, and questions that only need an answer. */
import type { Decision } from '../decide.ts';
import { type Effect, effect } from '../effect.ts';
import type { BoardEvent, RunEvent } from '../event.ts';
import {
  type Asked,
  type Failure,
  holdsSeat,
  type Item,
  isBeingStopped,
  isOwnCause,
  isUnderWay,
  liveRun,
  type Origin,
  pokeSource,
  type Request,
  type Snapshot,
  type StopCause,
} from '../item.ts';
import { readLabels } from '../labels.ts';
import { partFor } from '../parts.ts';
import { type Policy, route } from '../policy.ts';
import { answered, conclude, pause, show } from './ending.ts';

type Of<T extends BoardEvent['type']> = Extract<BoardEvent, { type: T }>;

/** The two webhooks of a new issue that has the label come within this time, milliseconds. */
const openedAndLabelled = 3_000;

/** Said once when people ask again for what is under way. */
const oneIsEnough = 'It was asked for again while it is under way; nothing more was started.';

/**
 * A permitted person asked for work. What is under way already is shown again, never begun twice; an open pull request
 * gets a fix, everything else starts anew.
 */
export function requested(item: Item, event: Asked, policy: Policy, now: number): Decision {
  if (item.closed) return answered(item, event.origin, { kind: 'closed' }, event.ordinal);
  if (isBeingStopped(item)) {
    const later: Item = { ...item, next: event };
    return {
      item: later,
      effects: [accepted(item, event.via, event.origin), effect(later, { kind: 'status-comment' })],
    };
  }
  if (isUnderWay(item) && !item.wait) {
    // A new issue that has the label is heard of twice: as opened and as labelled.
    const again = event.via === 'command' || now - (item.request?.at ?? now) > openedAndLabelled;
    const said = again ? [oneIsEnough] : [];
    const told: Item = { ...item, notes: [...new Set([...item.notes, ...said])] };
    return { item: told, effects: [accepted(told, event.via, event.origin), ...show(told)] };
  }
  const {
    change,
    outcome: _outcome,
    lastFailure: _failure,
    retryAt: _retry,
    wants: _wants,
    held: _held,
    wait,
    backoffs: _backoffs,
    spendCap: _cap,
    continuation,
    said,
    ...kept
  } = item;
  const continued = change?.pull?.state === 'open' ? { change, wants: 'fix' as const } : {};
  const { by, via, origin, snapshot, failure } = event;
  const { held, notes } = readLabels(snapshot.labels);
  const part = partFor(policy.paths, snapshot);
  const asked: Item = {
    ...kept,
    ...continued,
    generation: item.generation + 1,
    request: { by, via, origin, snapshot, at: now },
    attempts: 0,
    losses: 0,
    ...(held ? { held } : {}),
    // What was put aside goes on where it stopped, and what it spent before counts no more.
    ...(wait && continuation ? { continuation: { ...continuation, runs: [] } } : {}),
    ...(wait && said ? { said } : {}),
    ...(event.spend === undefined ? {} : { spendCap: event.spend }),
    notes: [...notes, ...(part.note ? [part.note] : []), ...event.notes],
  };
  const refusal = failure ?? seatless(policy, snapshot);
  const next: Decision = refusal
    ? conclude(asked, { kind: 'failed', failure: refusal })
    : { item: asked, effects: [effect(asked, { kind: 'status-comment', pause })] };
  return { item: next.item, effects: [accepted(asked, via, origin), ...next.effects] };
}

/** Why no seat of this repository can ever take the item; undefined when one can. */
function seatless(policy: Policy, asked: Snapshot): Failure | undefined {
  const routed = route(policy, asked);
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
  if (!isUnderWay(item))
    return answered(item, event.origin, { kind: 'nothing_running', asked: 'stop' }, event.ordinal);
  const stopped = stop(item, 'asked', event.by.login);
  const rocket = effect(item, { kind: 'react', origin: event.origin, content: 'rocket' });
  return { item: stopped.item, effects: [rocket, ...stopped.effects] };
}

export function withdrawn(item: Item, event: Of<'request_withdrawn'>): Decision {
  return isUnderWay(item) ? stop(item, 'withdrawn', event.by.login) : { item, effects: [] };
}

export function poked(item: Item, event: Of<'poke_asked'>, policy: Policy, now: number): Decision {
  const run = item.run;
  if (item.wait && item.request) return goOnWith(item, event, policy, now);
  if (!run || !holdsSeat(item) || run.stopping)
    return answered(item, event.origin, { kind: 'nothing_running', asked: 'poke' }, event.ordinal);
  const { origin, ordinal, text, by } = event;
  const told: Item = { ...item, run: { ...run, pokes: [...(run.pokes ?? []), { origin, ordinal }] } };
  return {
    item: told,
    effects: [
      effect(told, { kind: 'send-message', run: run.id, origin, ordinal, text, from: by.login }),
      effect(told, { kind: 'status-comment' }),
    ],
  };
}

/** What was put aside goes on, and its prompt has what was said. */
function goOnWith(
  item: Item & { request?: Request },
  { by, origin, ordinal, text }: Of<'poke_asked'>,
  policy: Policy,
  now: number,
): Decision {
  const { request, spendCap } = item;
  if (!request) return { item, effects: [] };
  const told: Item = { ...item, said: [...(item.said ?? []), { by: by.login, text }] };
  const asked: Asked = {
    by,
    via: 'command',
    origin,
    ordinal,
    snapshot: request.snapshot,
    notes: [],
    // Nobody took back what somebody raised.
    ...(spendCap === undefined ? {} : { spend: spendCap }),
  };
  return requested(told, asked, policy, now);
}

/** The rocket means that the agent has it; a run that ends without says so (ending.ts). */
export function pokeHeard(item: Item, event: Extract<RunEvent, { type: 'poke_heard' }>): Decision {
  const run = liveRun(item, event.run);
  const heard = run?.pokes?.find((poke) => pokeSource(run.id, poke) === event.source);
  if (!run || !heard) return { item, effects: [] };
  const { pokes = [], ...rest } = run;
  const left = pokes.filter((poke) => poke !== heard);
  return {
    item: { ...item, run: left.length > 0 ? { ...rest, pokes: left } : rest },
    effects: [effect(item, { kind: 'react', origin: heard.origin, content: 'rocket' })],
  };
}

export function replyAsked(item: Item, event: Of<'reply_asked'>): Decision {
  return answered(item, event.origin, event.reply, event.ordinal);
}

/** Ends the work: at once when no container exists, else when its end is confirmed. */
export function stop(item: Item, cause: StopCause, by?: string, reason?: string): Decision {
  const why = { ...(by === undefined ? {} : { by }), ...(reason === undefined ? {} : { reason }) };
  const { next: _, ...alone } = item;
  const run = item.run;
  if (!run || run.phase === 'ended') return conclude(alone, { kind: 'stopped', ...why });
  // A person's word replaces a limit's: what they stopped is not tried again.
  if (run.stopping && !isOwnCause(run.stopping.cause)) return { item: alone, effects: [] };
  const stopping: Item = { ...alone, run: { ...run, stopping: { cause, ...why } } };
  return {
    item: stopping,
    effects: [
      effect(stopping, { kind: 'stop-run', run: run.id, reason: cause }),
      effect(stopping, { kind: 'status-comment' }),
    ],
  };
}
