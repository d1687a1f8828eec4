/** From what an edge reports to events on items: which item it is, who asks, and whether they may. */

import type { BoardEvent } from '../core/event.ts';
import { type Item, newItem, type Repo } from '../core/item.ts';
import { displayKey } from '../core/key.ts';
import type { Loss, Reach, Signal, SignalBody } from '../core/signal.ts';
import { addEvents } from '../store/events.ts';
import { itemByNode, itemByPull, itemsOfRepos, saveItem } from '../store/items.ts';
import { hurryRefused } from '../store/refused-effects.ts';
import { reposOfInstallation, saveRepo } from '../store/repos.ts';
import type { Context } from './context.ts';
import { type IntakeContext, isSelf, person } from './intake/asking.ts';
import { commented } from './intake/comments.ts';
import { labelled, unlabelled } from './intake/labels.ts';
import { createStrangers } from './intake/strangers.ts';

/** Where webhook handlers and scans bring what they heard. `id` names the cause: the same one twice counts once. */
export interface Intake {
  heard(id: string, repo: Repo | undefined, signals: SignalBody[]): Promise<void>;
  /** The repository has another name, visibility or default branch than before. */
  moved(id: string, repo: Repo | undefined): Promise<void>;
  lost(id: string, losses: Loss[]): Promise<void>;
  /** What was refused there may be allowed now. */
  returned(reach: Reach | undefined): Promise<void>;
}

export function createIntake(engine: Context): Intake {
  const context: IntakeContext = { ...engine, strangers: createStrangers(engine.now) };
  return {
    heard: async (id, repo, signals) => {
      if (!repo) return;
      for (const [index, signal] of signals.entries()) {
        const item = await itemAtHand(context, { repo, ...signal });
        const events = item ? await eventsOf(context, item, { repo, ...signal }) : [];
        if (!item || events.length === 0) continue;
        await record(context, `${id}/${index}`, item, repo, events);
      }
    },
    moved: async (id, repo) => {
      if (repo) await recordMove(context, id, repo);
    },
    lost: async (id, losses) => {
      for (const loss of losses) await recordLoss(context, id, loss);
    },
    returned: async (reach) => {
      if (!reach) return;
      await hurryRefused(context.db, await reposIn(context, reach), context.now());
      context.wake();
    },
  };
}

/** Stores the events with the item and the repository they belong to, then wakes the loop. */
async function record(
  context: Context,
  cause: string,
  item: Item,
  repo: Repo,
  events: BoardEvent[],
): Promise<void> {
  const now = context.now();
  await context.db.transaction().execute(async (tx) => {
    await saveRepo(tx, repo);
    const known = await itemByNode(tx, item.host, item.nodeId);
    if (!known) await saveItem(tx, item, now);
    const seen: BoardEvent[] = known && isRenamed(known.repo, repo) ? [{ type: 'repo_seen', repo }] : [];
    await addEvents(
      tx,
      [...seen, ...events].map((event, order) => ({
        id: `${cause}/${order}`,
        item: known?.id ?? item.id,
        event,
      })),
      now,
    );
  });
  context.wake();
}

function isRenamed(known: Repo, repo: Repo): boolean {
  const names = ['owner', 'name', 'installation', 'private', 'defaultBranch'] as const;
  return names.some((name) => known[name] !== repo[name]);
}

/** The item of an issue, or of the pull request that came out of it; a new one for what nobody asked about before. */
async function itemAtHand(context: Context, signal: Signal): Promise<Item | undefined> {
  const { db, settings } = context;
  if (signal.type === 'pull_changed') return itemByPull(db, signal.repo.id, signal.number);
  const { subject, repo } = signal;
  if (subject.isPull) {
    const behind = await itemByPull(db, repo.id, subject.number);
    if (behind) return behind;
  }
  const known = await itemByNode(db, settings.github.host, subject.nodeId);
  if (known) return known;
  const key = displayKey({ prefix: 'GH', number: subject.number, owner: repo.owner, repo: repo.name });
  return newItem({
    id: context.newId(),
    host: settings.github.host,
    nodeId: subject.nodeId,
    repo,
    number: subject.number,
    key,
  });
}

async function eventsOf(context: IntakeContext, item: Item, signal: Signal): Promise<BoardEvent[]> {
  if ('by' in signal && isSelf(context, signal.by)) return [];
  if ('label' in signal && !context.strangers.heeds(signal.repo.id, signal.by)) return [];
  switch (signal.type) {
    case 'label_added':
      return labelled(context, item, signal);
    case 'label_removed':
      return unlabelled(context, item, signal);
    case 'comment_posted':
      return commented(context, item, signal);
    case 'issue_closed':
      return [{ type: 'item_closed', reason: signal.reason }];
    case 'issue_reopened':
      return [{ type: 'item_reopened' }];
    case 'issue_edited':
      return [{ type: 'item_edited', by: person(signal.by), at: signal.at }];
    case 'issue_gone':
      return [{ type: 'item_closed', reason: 'not_planned' }];
    case 'pull_changed':
      return [{ type: 'pull_changed', number: signal.number, state: signal.state, draft: signal.draft }];
    default:
      return unheard(signal);
  }
}

function unheard(signal: never): never {
  throw new Error(`no intake for signal ${JSON.stringify(signal)}`);
}

async function recordMove(context: Context, id: string, repo: Repo): Promise<void> {
  await saveRepo(context.db, repo);
  const items = (await itemsOfRepos(context.db, [repo.id])).filter((item) => isRenamed(item.repo, repo));
  const events = items.map((item) => ({
    id: `${id}/moved/${item.id}`,
    item: item.id,
    event: { type: 'repo_seen' as const, repo },
  }));
  await addEvents(context.db, events, context.now());
  context.wake();
}

async function recordLoss(context: Context, id: string, loss: Loss): Promise<void> {
  const items = await itemsOfRepos(context.db, await reposIn(context, loss));
  const events = items.map((item) => ({
    id: `${id}/lost/${item.id}`,
    item: item.id,
    event: { type: 'repo_lost' as const, reason: loss.reason },
  }));
  await addEvents(context.db, events, context.now());
  context.wake();
}

async function reposIn({ db }: Context, { repos, installation }: Reach): Promise<number[]> {
  return repos ?? (await reposOfInstallation(db, installation)).map(({ repo }) => repo.id);
}
