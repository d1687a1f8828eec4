/** What labels ask for: work by the request's label, patience by `agent:hold`, an end by taking one off. */
import { userError } from '../../core/errors.ts';
import type { BoardEvent } from '../../core/event.ts';
import {
  type Failure,
  holdsSeat,
  type Item,
  isUnderWay,
  type Repo,
  type Snapshot,
  waitsForSeat,
} from '../../core/item.ts';
import { agentLabels, isHoldLabel } from '../../core/labels.ts';
import type { Actor, Signal, SignalBody } from '../../core/signal.ts';
import { statusOf } from '../../core/status.ts';
import { githubFailure } from '../../github/failures.ts';
import { mayWrite } from '../../github/people.ts';
import { readIssue } from '../../github/repository.ts';
import { hasOpenEffects } from '../../store/effects.ts';
import { currentPolicy, storedPolicy } from '../policies.ts';
import {
  denied,
  type IntakeContext,
  isListed,
  mayAsk,
  person,
  preflight,
  reopened,
  snapshotOf,
} from './asking.ts';

type Of<T extends SignalBody['type']> = Extract<Signal, { type: T }>;

/** A label is a hint: what counts is that it is still there and that its sender may ask. */
export async function labelled(
  context: IntakeContext,
  item: Item,
  signal: Of<'label_added'>,
): Promise<BoardEvent[]> {
  const { repo, subject, by, label, editedBy } = signal;
  if (subject.isPull) return [];
  if (isHoldLabel(label)) return holding(context, item, signal, true);
  // The label that has asked for work so far most likely still does: then all questions go out at once.
  const likely = label === (await storedPolicy(context, context.db, repo.id)).label;
  const [inForce, early] = await Promise.all([
    currentPolicy(context, repo),
    likely ? lookAt(context, signal) : undefined,
  ]);
  if (label !== inForce.policy.label || inForce.policy.mode !== 'agentic') return [];
  const { now, writer, snapshot } = early ?? (await lookAt(context, signal));
  const origin = { number: subject.number };
  if (now?.kind === 'refused') {
    return writer ? [{ ...requestOf(signal, snapshot), notes: [], failure: lookupFailed(now.reason) }] : [];
  }
  if (!now?.open || !(now.labels.includes(label) || isTakenUnknown(context, item, now.labels))) return [];
  const permitted = by.bot ? isListed(by, inForce) : writer;
  context.strangers.judged(repo.id, by, permitted);
  if (!permitted) return denied(context, repo, by, origin);
  if (editedBy !== undefined) {
    return [{ type: 'reply_asked', origin, ordinal: 0, reply: { kind: 'edited_since', by: editedBy } }];
  }
  return [...reopened(item, now.open), { ...requestOf(signal, snapshot), ...preflight(inForce) }];
}

/** An agent took it after the backup was made: the request's label is gone, and the agent's is there. */
function isTakenUnknown({ restored }: IntakeContext, item: Item, labels: string[]): boolean {
  if (!restored || isUnderWay(item) || statusOf(item) === 'review') return false;
  return labels.includes(agentLabels.working) || labels.includes(agentLabels.review);
}

function requestOf({ by, subject }: Of<'label_added'>, snapshot: Snapshot) {
  const origin = { number: subject.number };
  return {
    type: 'item_requested',
    by: person(by),
    via: 'label',
    origin,
    ordinal: 0,
    snapshot,
  } as const;
}

function lookupFailed(reason: string): Failure {
  return userError('ITEM_LOOKUP_FAILED', `GitHub does not let the App read this issue (${reason}).`);
}

/** Everything about a labelled issue that only GitHub knows. */
async function lookAt(context: IntakeContext, { repo, subject, by }: Of<'label_added'>) {
  const octokit = await context.authenticate(repo.installation);
  const [now, writer, snapshot] = await Promise.all([
    readable(readIssue(octokit, repo, subject.number)),
    by.bot ? false : mayWrite(octokit, repo, by),
    snapshotOf(context, repo, subject),
  ]);
  return { now, writer, snapshot };
}

/** What the App may not read is said to whoever asked; everything else that fails is tried again. */
async function readable<T extends object>(reading: Promise<T | undefined>) {
  try {
    const found = await reading;
    return found && { kind: 'read' as const, ...found };
  } catch (error) {
    const failure = githubFailure(error);
    if (failure?.kind !== 'forbidden') throw error;
    return { kind: 'refused' as const, reason: failure.reason };
  }
}

/** Taking off `agent:working`, or the request's label before prlt has taken it off itself, takes the request back. */
export async function unlabelled(
  context: IntakeContext,
  item: Item,
  signal: Of<'label_removed'>,
): Promise<BoardEvent[]> {
  const { repo, subject, by, label } = signal;
  if (isHoldLabel(label)) return holding(context, item, signal, false);
  const inForce = await currentPolicy(context, repo);
  const asked = label === inForce.policy.label && (await isUntaken(context, item));
  if (label !== agentLabels.working && !asked) return [];
  const octokit = await context.authenticate(repo.installation);
  const now = await readIssue(octokit, repo, subject.number);
  if (now?.labels.includes(label)) return [];
  return (await mayAsk(context, repo, by, inForce)) ? [{ type: 'request_withdrawn', by: person(by) }] : [];
}

/** A run that has just begun leaves the label for a moment, as its effect in the ledger says. */
async function isUntaken({ db }: IntakeContext, item: Item): Promise<boolean> {
  return waitsForSeat(item) || (holdsSeat(item) && (await hasOpenEffects(db, item.id, 'set-labels')));
}

/** What nobody asked for yet needs no holding: a request reads the labels that are there. */
async function holding(
  context: IntakeContext,
  item: Item,
  { repo, subject, by }: { repo: Repo; subject: { number: number }; by: Actor },
  held: boolean,
): Promise<BoardEvent[]> {
  if (item.generation === 0) return [];
  const inForce = await currentPolicy(context, repo);
  if (!(await mayAsk(context, repo, by, inForce)))
    return denied(context, repo, by, { number: subject.number });
  const now = await readIssue(await context.authenticate(repo.installation), repo, subject.number);
  return now && now.labels.some(isHoldLabel) === held ? [{ type: 'item_held', held }] : [];
}
