/** Rules for what happens on the board itself: closing, reopening, editing, losing the repository, pull requests ending. */
import type { Decision } from '../decide.ts';
import { effect } from '../effect.ts';
import type { BoardEvent } from '../event.ts';
import { type Item, isUnderWay, waitsForSeat } from '../item.ts';
import { show } from './ending.ts';
import { stop } from './requests.ts';

type Of<T extends BoardEvent['type']> = Extract<BoardEvent, { type: T }>;

/** Closing takes the request back; an open pull request stays for people to close. */
export function itemClosed(item: Item, event: Of<'item_closed'>): Decision {
  const underWay = isUnderWay(item);
  const closed: Item = { ...item, closed: event.reason };
  if (item.generation === 0) return { item: closed, effects: [] };
  return underWay ? stop(closed, 'closed') : { item: closed, effects: show(closed) };
}

/** Reopening gives back what the facts say; work begins again only when somebody asks. */
export function itemReopened(item: Item): Decision {
  const { closed: _, ...open } = item;
  return { item: open, effects: item.generation > 0 && item.closed ? show(open) : [] };
}

/** A run under way goes on; only what waits is held back. */
export function itemHeld(item: Item, event: Of<'item_held'>): Decision {
  const next: Item = { ...item, held: event.held };
  const told = waitsForSeat(next) ? [effect(next, { kind: 'status-comment' })] : [];
  return { item: next, effects: told };
}

/** People see that the agent works on the text as it was asked for. */
export function itemEdited(item: Item, event: Of<'item_edited'>): Decision {
  if (!isUnderWay(item)) return { item, effects: [] };
  const note = `The text was edited by ${event.by.login} after it was asked for (${event.at}); the earlier one is used.`;
  const told: Item = { ...item, notes: [...item.notes.filter((one) => one !== note), note] };
  return { item: told, effects: [effect(told, { kind: 'status-comment' })] };
}

export function repoLost(item: Item, event: Of<'repo_lost'>): Decision {
  return isUnderWay(item) ? stop(item, 'out_of_reach', undefined, event.reason) : { item, effects: [] };
}

export function pullChanged(item: Item, event: Of<'pull_changed'>): Decision {
  const pull = item.change?.pull;
  if (!item.change || pull?.number !== event.number) return { item, effects: [] };
  if (pull.state === event.state && pull.draft === event.draft) return { item, effects: [] };
  const changed: Item = {
    ...item,
    change: { ...item.change, pull: { ...pull, state: event.state, draft: event.draft } },
  };
  if (event.state === 'open' || !item.run) return { item: changed, effects: show(changed) };
  if (item.run.phase !== 'ended') {
    const stopping = stop(changed, 'closed');
    return { item: stopping.item, effects: [...show(stopping.item), ...stopping.effects] };
  }
  const { id: run, workspace } = item.run;
  return {
    item: changed,
    effects: [...show(changed), effect(changed, { kind: 'clean-run', run, workspace })],
  };
}
