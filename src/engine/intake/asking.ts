/** Who asks, whether they may, and what a request is made of. */
import type { BoardEvent } from '../../core/event.ts';
import type { Item, Origin, Person, Repo, Snapshot } from '../../core/item.ts';
import type { Actor, Subject } from '../../core/signal.ts';
import { mayWrite } from '../../github/people.ts';
import { readFamily } from '../../github/repository.ts';
import type { Context } from '../context.ts';
import type { InForce } from '../policies.ts';
import type { Strangers } from './strangers.ts';

/** The engine's context, with the memory of who asked in vain. */
export interface IntakeContext extends Context {
  strangers: Strangers;
}

export async function mayAsk(
  context: IntakeContext,
  repo: Repo,
  by: Actor,
  inForce: InForce,
): Promise<boolean> {
  const may = by.bot
    ? isListed(by, inForce)
    : await mayWrite(await context.authenticate(repo.installation), repo, by);
  context.strangers.judged(repo.id, by, may);
  return may;
}

/** Bots have no permission to look up: the configuration names those that may ask. */
export function isListed(bot: Pick<Actor, 'login'>, { policy }: InForce): boolean {
  const bare = (login: string) => login.replace(/\[bot\]$/, '');
  return policy.bots.some((listed) => bare(listed) === bare(bot.login));
}

export function isSelf(context: Context, by: Actor): boolean {
  return by.login === `${context.identity.slug}[bot]`;
}

/** People are shown that they may not ask, until they should know; a bot is not answered, since it might answer in turn. */
export function denied(context: IntakeContext, repo: Repo, by: Actor, origin: Origin): BoardEvent[] {
  return by.bot || !context.strangers.shows(repo.id, by) ? [] : [{ type: 'request_denied', origin }];
}

export function person({ id, login }: Actor): Person {
  return { id, login };
}

/** What GitHub says of the issue now outdoes what was heard before: the webhook of the reopening may be missing. */
export function reopened(item: Item, open: boolean): BoardEvent[] {
  return item.closed && open ? [{ type: 'item_reopened' }] : [];
}

/** A configuration that cannot be read stops new work only where no earlier one holds; it is said either way. */
export function preflight({
  problem,
  policy,
}: InForce): Pick<Extract<BoardEvent, { type: 'item_requested' }>, 'notes' | 'failure'> {
  if (!problem) return { notes: policy.notes };
  const { usable, ...failure } = problem;
  if (!usable) return { notes: [], failure };
  return { notes: [`${failure.sentence} The last good configuration is used.`] };
}

/** The text as the signal had it, with what GitHub knows of the family. */
export async function snapshotOf(context: Context, repo: Repo, subject: Subject): Promise<Snapshot> {
  const octokit = await context.authenticate(repo.installation);
  const family = await readFamily(octokit, repo, subject.number);
  const { title, body, labels, url } = subject;
  return { title, body, labels, url, at: new Date(context.now()).toISOString(), ...family };
}
