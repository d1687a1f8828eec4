/** The board's rules: one event on one item gives its next facts and the effects that follow. Pure. */
import { itemClosed, itemEdited, itemHeld, itemReopened, pullChanged, repoLost } from './decide/board.ts';
import {
  changePublished,
  changeRefused,
  pullFound,
  pullOpened,
  pullRefused,
  workKept,
} from './decide/changes.ts';
import { launchFailed, runFinished, runLost, runOverLimit } from './decide/finishing.ts';
import {
  poked,
  pokeHeard,
  replyAsked,
  requestDenied,
  requested,
  stopAsked,
  withdrawn,
} from './decide/requests.ts';
import { runLaunched, runNoted, runWorking, seatGiven } from './decide/runs.ts';
import { runBlocked, runStarved } from './decide/waiting.ts';
import { type Effect, effect } from './effect.ts';
import type { ItemEvent } from './event.ts';
import type { Item } from './item.ts';
import type { Policy } from './policy.ts';

export interface Decision {
  item: Item;
  effects: Effect[];
}

/** What the rules need to know besides the item: the policy in force and the time, milliseconds since the epoch. */
export interface Circumstances {
  policy: Policy;
  now: number;
}

export function decide(item: Item, event: ItemEvent, { policy, now }: Circumstances): Decision {
  switch (event.type) {
    case 'item_requested':
      return requested(item, event, policy, now);
    case 'command_seen':
      return { item, effects: [effect(item, { kind: 'react', origin: event.origin, content: 'eyes' })] };
    case 'request_denied':
      return requestDenied(item, event);
    case 'request_withdrawn':
      return withdrawn(item, event);
    case 'stop_asked':
      return stopAsked(item, event);
    case 'poke_asked':
      return poked(item, event, policy, now);
    case 'reply_asked':
      return replyAsked(item, event);
    case 'item_closed':
      return itemClosed(item, event);
    case 'item_reopened':
      return itemReopened(item);
    case 'item_held':
      return itemHeld(item, event);
    case 'item_edited':
      return itemEdited(item, event);
    case 'repo_seen':
      return { item: { ...item, repo: event.repo }, effects: [] };
    case 'repo_lost':
      return repoLost(item, event);
    case 'pull_changed':
      return pullChanged(item, event);
    case 'seat_given':
      return seatGiven(item, event, now);
    case 'run_launched':
      return runLaunched(item, event, now);
    case 'launch_failed':
      return launchFailed(item, event, policy, now);
    case 'run_working':
      return runWorking(item, event);
    case 'run_noted':
      return runNoted(item, event);
    case 'poke_heard':
      return pokeHeard(item, event);
    case 'run_finished':
      return runFinished(item, event, policy, now);
    case 'run_lost':
      return runLost(item, event, policy, now);
    case 'run_over_limit':
      return runOverLimit(item, event, policy);
    case 'run_starved':
      return runStarved(item, event);
    case 'run_blocked':
      return runBlocked(item, event);
    case 'work_kept':
      return workKept(item, event);
    case 'change_published':
      return changePublished(item, event, policy, now);
    case 'change_refused':
      return changeRefused(item, event, policy, now);
    case 'pull_opened':
      return pullOpened(item, event);
    case 'pull_found':
      return pullFound(item, event, now);
    case 'pull_refused':
      return pullRefused(item, event);
    default:
      return unhandled(event);
  }
}

function unhandled(event: never): never {
  throw new Error(`no rule for event ${JSON.stringify(event)}`);
}
