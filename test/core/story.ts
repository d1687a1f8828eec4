/** Runs events through the rules one after another, for tests that say "given these, when that, then so". */
import { type Circumstances, type Decision, decide } from '#src/core/decide.ts';
import type { Effect } from '#src/core/effect.ts';
import type { ItemEvent } from '#src/core/event.ts';
import type { Item } from '#src/core/item.ts';
import {
  aLaunch,
  anItem,
  aPolicy,
  aRequest,
  aSeat,
  finished,
  now,
  opened,
  published,
} from '#test/support/builders.ts';

const way = {
  untouched: [],
  waiting: [aRequest()],
  claimed: [aSeat()],
  launched: [aLaunch()],
  working: [{ type: 'run_working', run: 'run1', notes: [] }],
  publishing: [finished()],
  published: [published()],
  review: [opened()],
} satisfies Record<string, ItemEvent[]>;

export type Phase = keyof typeof way;
export const phases = Object.keys(way) as Phase[];

/** The events that bring a fresh item to a phase of the straight way. */
export function eventsTo(phase: Phase): ItemEvent[] {
  return phases.slice(0, phases.indexOf(phase) + 1).flatMap((each) => way[each]);
}

/** An item that came along the straight way to a phase. */
export function itemAt(phase: Phase, over: Partial<Circumstances> = {}): Item {
  return play(anItem(), eventsTo(phase), over).item;
}

/** Decides all events in order; the effects are those of all of them. */
export function play(item: Item, events: ItemEvent[], over: Partial<Circumstances> = {}): Decision {
  let current: Decision = { item, effects: [] };
  for (const event of events) {
    const next = decide(current.item, event, { policy: aPolicy(), now, ...over });
    current = { item: next.item, effects: [...current.effects, ...next.effects] };
  }
  return current;
}

/** Effects as short words: kind, with what distinguishes it. */
export function names(effects: Effect[]): string[] {
  return effects.map((one) => {
    if (one.kind === 'react') return `react:${one.content}`;
    if (one.kind === 'reply') return `reply:${one.reply.kind}`;
    if (one.kind === 'clean-run')
      return one.workspace === undefined ? 'clean-run:container' : 'clean-run:workspace';
    return one.kind;
  });
}
