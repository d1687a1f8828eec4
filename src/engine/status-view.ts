/** What the status comment shows of an item: its facts, the words of the run, the limits in force. */
import { isErrorCode, userError } from '../core/errors.ts';
import { type Failure, type Item, type Run, waitsForPerson, waitsForSeat } from '../core/item.ts';
import type { Policy } from '../core/policy.ts';
import { statusOf } from '../core/status.ts';
import { attemptsUsed } from '../messages/attempts.ts';
import { uncheckedNote } from '../messages/check-run.ts';
import { duration } from '../messages/duration.ts';
import { refusedNote } from '../messages/egress.ts';
import { noRunner } from '../messages/no-runner.ts';
import { setAsideNote } from '../messages/quarantine.ts';
import { hostRuntimeNotice } from '../messages/replies.ts';
import type { ShownState, StatusView } from '../messages/status-comment.ts';
import { whyPutOff, whyWaiting } from '../messages/why.ts';
import { firstPutOff } from '../store/effects.ts';
import { refusedHosts } from '../store/egress.ts';
import { parkedSteps } from '../store/quarantine.ts';
import { refusedFor } from '../store/refused-effects.ts';
import { runById } from '../store/runs.ts';
import { spendingOf, spentByRuns } from '../store/spending.ts';
import { lastWords, saidToPeople } from './agent-words.ts';
import type { Context } from './context.ts';
import { isNews } from './hold-news.ts';
import { consider } from './place.ts';
import { storedPolicy } from './policies.ts';
import { branchUrl } from './repository-url.ts';

const shownLines = 12;

export async function statusView(context: Context, item: Item): Promise<Omit<StatusView, 'marker'>> {
  const { run, retryAt, change } = item;
  const policy = await storedPolicy(context, context.db, item.repo.id);
  const state = stateOf(item, context.now());
  const held = state === 'queued' ? await heldBy(context, item) : undefined;
  const reason = reasonOf(item) ?? (await putOff(context, item)) ?? held;
  const failure =
    item.outcome?.kind === 'failed'
      ? item.outcome.failure
      : (item.wait?.failure ?? (retryAt ? item.lastFailure : undefined));
  const pull = change?.pull;
  return {
    key: item.key,
    state: held ? 'waiting' : state,
    ...(reason ? { reason } : {}),
    ...(run ? runPart(context, item, run) : {}),
    attempt: { number: Math.max(run?.attempt ?? 1, 1), max: policy.limits.attempts },
    progress: run ? await lastLines(context, run) : [],
    ...(await saidPart(context, item)),
    limits: { run: duration(policy.limits.run), memory: `${Math.round(policy.limits.memory / 2 ** 20)}m` },
    ...(run ? await moneyPart(context, run) : {}),
    ...(pull ? { pull } : {}),
    ...(failure ? { error: said(failure, run) } : {}),
    notes: [
      ...item.notes,
      ...(isUsedUp(item, policy) ? [attemptsUsed(item.attempts)] : []),
      ...(await setAsideOf(context, item)),
      ...(await refusedOf(context, item)),
      ...(await uncheckedOf(context, item)),
      ...(context.runtime.name === 'host' ? [hostRuntimeNotice] : []),
    ],
    ...(retryAt ? { retryAt: new Date(retryAt).toISOString() } : {}),
  };
}

/** What the run's models have cost so far, earlier runs of the same work included. */
async function moneyPart({ db }: Context, run: Run): Promise<Pick<StatusView, 'model' | 'spend'>> {
  const [row, spending] = await Promise.all([runById(db, run.id), spendingOf(db, run.id)]);
  const model = row?.spec.model?.model;
  const before = await spentByRuns(db, run.continues?.runs ?? []);
  return {
    ...(model ? { model } : {}),
    ...(spending ? { spend: { cap: before + spending.cap, spent: before + spending.spent } } : {}),
  };
}

/** Steps of the request at hand under which the service died each time. */
async function setAsideOf({ db }: Context, item: Item): Promise<string[]> {
  const parked = await parkedSteps(db, item.id);
  return parked.filter(({ at }) => at >= (item.request?.at ?? 0)).map(({ reason }) => setAsideNote(reason));
}

async function refusedOf({ db }: Context, { run }: Item): Promise<string[]> {
  const note = run && refusedNote(await refusedHosts(db, run.id));
  return note ? [note] : [];
}

/** Failed for good by the number of its attempts, and not for a reason that ends it at once. */
function isUsedUp({ outcome, attempts }: Item, { limits }: Policy): boolean {
  return outcome?.kind === 'failed' && attempts > 0 && attempts >= limits.attempts;
}

/** The check that people look for and that could not be set. */
async function uncheckedOf({ db }: Context, { id }: Item): Promise<string[]> {
  const reason = await refusedFor(db, id, 'set-check');
  return reason === undefined ? [] : [uncheckedNote(reason)];
}

/** Why no agent is given to it, when that is more than that none is free. */
async function heldBy(context: Context, { id, retryAt }: Item): Promise<string | undefined> {
  const { verdicts } = await consider(context);
  const verdict = verdicts.find((one) => one.id === id);
  if (verdict?.verdict !== 'hold' || !isNews(verdict.reason)) return undefined;
  return whyWaiting(verdict, retryAt === undefined ? undefined : new Date(retryAt).toISOString());
}

/** Why a step towards a run or a pull request is put off, in the words of what refused it. */
async function putOff({ db }: Context, item: Item): Promise<string | undefined> {
  const waiting = await firstPutOff(db, item.id, ['run', 'code']);
  if (!waiting) return undefined;
  return whyPutOff(waiting.error, new Date(waiting.notBefore).toISOString());
}

/** The item's state in the words of the status comment. */
export function stateOf(item: Item, now: number): ShownState {
  const status = statusOf(item);
  switch (status) {
    case 'new':
    case 'ready':
      return waiting(item, now);
    case 'claimed':
      return 'starting';
    case 'in_progress':
      return activity(item.run) ?? 'publishing';
    case 'review':
      // What goes on under an open pull request is the news.
      return waitsForSeat(item) || waitsForPerson(item)
        ? waiting(item, now)
        : (activity(item.run) ?? 'review');
    case 'blocked':
      return 'waiting';
    case 'cancelled':
      return 'stopped';
    default:
      return status;
  }
}

function waiting(item: Item, now: number): ShownState {
  if (item.held || waitsForPerson(item)) return 'waiting';
  return item.retryAt !== undefined && item.retryAt > now ? 'waiting' : 'queued';
}

/** What a run does; undefined once it has ended. */
function activity(run: Run | undefined): ShownState | undefined {
  if (!run || run.phase === 'ended') return undefined;
  if (run.phase === 'publishing') return 'publishing';
  return run.phase === 'working' ? 'working' : 'starting';
}

function reasonOf(item: Item): string | undefined {
  if (item.run?.stopping && item.run.phase !== 'ended') {
    return item.next
      ? 'The agent is being stopped; another one starts when that is done.'
      : 'The agent is being stopped.';
  }
  if (item.held && waitsForSeat(item)) return 'The label `agent:hold` holds it back.';
  if (item.outcome?.kind === 'no_change') return 'The agent finished and left nothing to change.';
  if (item.outcome?.kind === 'stopped') {
    return item.outcome.reason ?? (item.outcome.by ? `Stopped by ${item.outcome.by}.` : undefined);
  }
  return undefined;
}

function runPart(context: Context, item: Item, run: Run): Partial<StatusView> {
  return {
    agent: run.agent,
    runner: run.runner,
    profile: run.profile,
    elapsedMs: (run.endedAt ?? context.now()) - run.claimedAt,
    ...(run.branch ? { branch: run.branch } : {}),
    ...(item.change ? { branchUrl: branchUrl(context.settings, item.repo, item.change.branch) } : {}),
  };
}

async function lastLines({ db }: Context, run: Run): Promise<string[]> {
  return lastWords(db, run.id, shownLines, { events: ['message', 'progress'], tools: ['report_progress'] });
}

/** What the agent wants people to know. A blocker that the item waits for is told with the wait. */
export async function saidPart({ db }: Context, item: Item): Promise<Pick<StatusView, 'said'>> {
  const said = item.run && (await saidToPeople(db, item.run.id));
  if (!said) return {};
  const { blocker: _blocker, ...rest } = said;
  return { said: item.wait?.kind === 'blocker' ? rest : said };
}

/** Fills in what to do from the catalogue, where the failure itself says nothing more particular. */
function said(failure: Failure, run: Run | undefined): NonNullable<StatusView['error']> {
  const { code, sentence, todo } = failure;
  if (code === 'NO_RUNNER') return noRunner(run ? { profile: run.profile } : {});
  return isErrorCode(code) ? userError(code, sentence, todo) : { code, sentence, ...(todo ? { todo } : {}) };
}
