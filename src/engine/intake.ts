/** From what an edge reports to events on items: which item it is, who asks, and whether they may. */

import type { Call } from '../commands/command.ts';
import { commands } from '../commands/registry.ts';
import type { BoardEvent } from '../core/event.ts';
import { longName } from '../core/grammar/command-shape.ts';
import { parseCommands } from '../core/grammar/parse-commands.ts';
import { type Item, newItem, type Origin, type Person, type Repo, type Snapshot } from '../core/item.ts';
import { displayKey } from '../core/key.ts';
import { agentLabels } from '../core/labels.ts';
import type { Actor, Loss, Signal, SignalBody, Subject } from '../core/signal.ts';
import { mayWrite } from '../github/people.ts';
import { readFamily, readIssue } from '../github/repository.ts';
import { addEvents } from '../store/events.ts';
import { itemByNode, itemByPull, itemsOfRepos, saveItem } from '../store/items.ts';
import { reposOfInstallation, saveRepo } from '../store/repos.ts';
import type { Context } from './context.ts';
import { currentPolicy, type InForce } from './policies.ts';

/** Comments of people who may not ask are parsed only up to this length, in characters. */
const longestFromStrangers = 4_000;

/** Where webhook handlers and scans bring what they heard. `id` names the cause: the same one twice counts once. */
export interface Intake {
  heard(id: string, repo: Repo | undefined, signals: SignalBody[]): Promise<void>;
  lost(id: string, losses: Loss[]): Promise<void>;
}

export function createIntake(context: Context): Intake {
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
    lost: async (id, losses) => {
      for (const loss of losses) await recordLoss(context, id, loss);
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
  return JSON.stringify(known) !== JSON.stringify(repo);
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

async function eventsOf(context: Context, item: Item, signal: Signal): Promise<BoardEvent[]> {
  if ('by' in signal && isSelf(context, signal.by)) return [];
  switch (signal.type) {
    case 'label_added':
      return labelled(context, signal);
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

type Of<T extends SignalBody['type']> = Extract<Signal, { type: T }>;

/** A label is a hint: what counts is that it is still there and that its sender may ask. */
async function labelled(context: Context, signal: Of<'label_added'>): Promise<BoardEvent[]> {
  const { repo, subject, by, label } = signal;
  if (subject.isPull) return [];
  const inForce = await currentPolicy(context, repo);
  if (label !== inForce.policy.label || inForce.policy.mode !== 'agentic') return [];
  const octokit = await context.authenticate(repo.installation);
  const now = await readIssue(octokit, repo, subject.number);
  if (!now?.open || !now.labels.includes(label)) return [];
  const origin = { number: subject.number };
  if (!(await mayAsk(context, repo, by, inForce))) return [{ type: 'request_denied', origin }];
  const snapshot = await snapshotOf(context, repo, subject);
  return [{ type: 'item_requested', by: person(by), via: 'label', origin, snapshot, ...preflight(inForce) }];
}

/** Taking off `agent:working`, or the request's label while it waits, takes the request back. */
async function unlabelled(context: Context, item: Item, signal: Of<'label_removed'>): Promise<BoardEvent[]> {
  const { repo, subject, by, label } = signal;
  const inForce = await currentPolicy(context, repo);
  const waiting = label === inForce.policy.label && !item.run;
  if (label !== agentLabels.working && !waiting) return [];
  const octokit = await context.authenticate(repo.installation);
  const now = await readIssue(octokit, repo, subject.number);
  if (now?.labels.includes(label)) return [];
  return (await mayAsk(context, repo, by, inForce)) ? [{ type: 'request_withdrawn', by: person(by) }] : [];
}

/** Looked at cheaply, then at the author, then parsed: what strangers write at length costs nothing. */
async function commented(context: Context, item: Item, signal: Of<'comment_posted'>): Promise<BoardEvent[]> {
  const { repo, subject, by, comment } = signal;
  if (!/^ {0,3}\/prlt\b/im.test(signal.body)) return [];
  const origin: Origin = { number: subject.number, comment };
  const inForce = await currentPolicy(context, repo);
  const permitted = await mayAsk(context, repo, by, inForce);
  if (!permitted && signal.body.length > longestFromStrangers) return [];
  const lines = parseCommands(
    signal.body,
    commands.map((one) => one.shape),
    { shortFormContext: true },
  );
  if (lines.length === 0) return [];
  if (!permitted) return [{ type: 'request_denied', origin }];
  const events: BoardEvent[] = [{ type: 'command_seen', origin }];
  for (const [ordinal, line] of lines.entries()) {
    if (line.kind === 'error') {
      const { code, sentence, usage } = line;
      events.push({
        type: 'reply_asked',
        origin,
        ordinal,
        reply: { kind: 'command_error', code, sentence, usage },
      });
      continue;
    }
    const command = commands.find(({ shape }) => line.verb === longName(shape));
    if (!command) throw new Error(`no command ${line.verb}`);
    const call: Call = {
      by: person(by),
      origin,
      ordinal,
      args: line.args,
      options: line.options,
      onForeignPull: subject.isPull && item.nodeId === subject.nodeId,
      snapshot: () => snapshotOf(context, repo, subject),
      preflight: async () => preflight(inForce),
    };
    events.push(await command.perform(call));
  }
  return events;
}

/** A configuration that cannot be read stops new work only where no earlier one holds; it is said either way. */
function preflight({
  problem,
  policy,
}: InForce): Pick<Extract<BoardEvent, { type: 'item_requested' }>, 'notes' | 'failure'> {
  if (!problem) return { notes: policy.notes };
  const { usable, ...failure } = problem;
  if (!usable) return { notes: [], failure };
  return { notes: [`${failure.sentence} The last good configuration is used.`] };
}

async function mayAsk(context: Context, repo: Repo, by: Actor, { policy }: InForce): Promise<boolean> {
  if (by.bot)
    return policy.bots.some((bot) => bot.replace(/\[bot\]$/, '') === by.login.replace(/\[bot\]$/, ''));
  return mayWrite(await context.authenticate(repo.installation), repo, by);
}

function isSelf(context: Context, by: Actor): boolean {
  return by.login === `${context.identity.slug}[bot]`;
}

function person({ id, login }: Actor): Person {
  return { id, login };
}

async function snapshotOf(context: Context, repo: Repo, subject: Subject): Promise<Snapshot> {
  const octokit = await context.authenticate(repo.installation);
  const family = await readFamily(octokit, repo, subject.number);
  const { title, body, labels, url } = subject;
  return { title, body, labels, url, at: new Date(context.now()).toISOString(), ...family };
}

async function recordLoss(context: Context, id: string, loss: Loss): Promise<void> {
  const repos =
    loss.repos ?? (await reposOfInstallation(context.db, loss.installation)).map(({ repo }) => repo.id);
  const items = await itemsOfRepos(context.db, repos);
  const events = items.map((item) => ({
    id: `${id}/lost/${item.id}`,
    item: item.id,
    event: { type: 'repo_lost' as const, reason: loss.reason },
  }));
  await addEvents(context.db, events, context.now());
  context.wake();
}
