/** What should be written to the outside because of a decision; each has a deterministic key and a lane. */
import type { Reply } from './event.ts';
import type { Item, Origin } from './item.ts';

/** Commits of a run that are not published, and the ref to keep them under. */
export interface Work {
  head: string;
  start: string;
  base: string;
  branch: string;
  ref: string;
}

/** Effects of one item run in order within a lane, but for those that may wait, and lanes run beside each other. */
export type Lane = 'run' | 'code' | 'board' | 'voice';

export type EffectBody =
  | { kind: 'react'; origin: Origin; content: 'eyes' | 'rocket' | 'confused' }
  | { kind: 'reply'; origin: Origin; reply: Reply; ordinal: number }
  /** `pause`: milliseconds that it may wait for more to show. */
  | { kind: 'status-comment'; pause?: number }
  | { kind: 'set-labels'; pause?: number }
  | { kind: 'set-check'; sha: string }
  | { kind: 'launch-run'; run: string }
  | { kind: 'send-message'; run: string; origin: Origin; ordinal: number; text: string; from: string }
  | { kind: 'stop-run'; run: string; reason: string }
  | { kind: 'clean-run'; run: string; workspace?: string }
  | { kind: 'publish'; run: string }
  | { kind: 'keep-work'; run: string; work: Work }
  | { kind: 'open-pull'; run: string };

export type EffectKind = EffectBody['kind'];

/**
 * `level` effects describe a state to reach ("labels as they should be now"): asking again re-arms the one row.
 * Others happen once per key.
 */
export type Effect = EffectBody & { key: string; lane: Lane; level: boolean };

const lanes: Record<EffectKind, Lane> = {
  react: 'voice',
  reply: 'voice',
  'status-comment': 'voice',
  'set-labels': 'board',
  'set-check': 'board',
  'launch-run': 'run',
  'send-message': 'run',
  'stop-run': 'run',
  'clean-run': 'run',
  publish: 'code',
  'keep-work': 'code',
  'open-pull': 'code',
};

/** Every kind, in the order of a story. */
export const effectKinds = Object.keys(lanes) as EffectKind[];

const levels: ReadonlySet<EffectKind> = new Set(['status-comment', 'set-labels', 'set-check']);

/** Gives an effect its key, `item/generation/kind/target`; the target says which of several it is. */
export function effect(item: Item, body: EffectBody): Effect {
  const level = levels.has(body.kind);
  const scope = level ? item.id : `${item.id}/${item.generation}`;
  return { ...body, key: [scope, body.kind, ...targetOf(body)].join('/'), lane: lanes[body.kind], level };
}

function targetOf(body: EffectBody): (string | number)[] {
  switch (body.kind) {
    case 'react':
      return [...originKey(body.origin), body.content];
    case 'reply':
      return [...originKey(body.origin), body.ordinal];
    case 'set-check':
      return [body.sha];
    case 'clean-run':
      return [body.run, body.workspace === undefined ? 'container' : 'workspace'];
    case 'launch-run':
    case 'stop-run':
    case 'publish':
    case 'keep-work':
    case 'open-pull':
      return [body.run];
    case 'send-message':
      return [body.run, ...originKey(body.origin), body.ordinal];
    default:
      return [];
  }
}

function originKey(origin: Origin): (string | number)[] {
  return origin.comment === undefined ? [`#${origin.number}`] : [`c${origin.comment}`];
}
