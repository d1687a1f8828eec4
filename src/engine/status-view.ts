/** What the status comment shows of an item: its facts, the words of the run, the limits in force. */
import type { ShimEvent } from '#runners/shim/protocol.ts';
import { isErrorCode, userError } from '../core/errors.ts';
import { type Failure, holdsSeat, type Item, type Run, waitsForSeat } from '../core/item.ts';
import { statusOf } from '../core/status.ts';
import { redact } from '../core/text/redact.ts';
import { duration } from '../messages/duration.ts';
import { noRunner } from '../messages/no-runner.ts';
import type { peekReply } from '../messages/peek.ts';
import { hostRuntimeNotice } from '../messages/replies.ts';
import type { ShownState, StatusView } from '../messages/status-comment.ts';
import { whyPutOff } from '../messages/why.ts';
import { firstPutOff } from '../store/effects.ts';
import { lastRunEvents } from '../store/runs.ts';
import type { Context } from './context.ts';
import { storedPolicy } from './policies.ts';
import { branchUrl } from './repository-url.ts';

const shownLines = 12;
const peekedEvents = 60;

export async function statusView(context: Context, item: Item): Promise<Omit<StatusView, 'marker'>> {
  const { run, retryAt, change } = item;
  const policy = await storedPolicy(context, context.db, item.repo.id);
  const reason = reasonOf(item) ?? (await putOff(context, item));
  const failure =
    item.outcome?.kind === 'failed' ? item.outcome.failure : retryAt ? item.lastFailure : undefined;
  const pull = change?.pull;
  return {
    key: item.key,
    state: stateOf(item, context.now()),
    ...(reason ? { reason } : {}),
    ...(run ? runPart(context, item, run) : {}),
    attempt: { number: Math.max(run?.attempt ?? 1, 1), max: policy.limits.attempts },
    progress: run ? await lastLines(context, run) : [],
    limits: { run: duration(policy.limits.run), memory: `${Math.round(policy.limits.memory / 2 ** 20)}m` },
    ...(pull ? { pull } : {}),
    ...(failure ? { error: said(failure, run) } : {}),
    notes: [...item.notes, ...(context.runtime.name === 'host' ? [hostRuntimeNotice] : [])],
    ...(retryAt ? { retryAt: new Date(retryAt).toISOString() } : {}),
  };
}

/** Why a step towards a run or a pull request is put off, in the words of what refused it. */
async function putOff({ db }: Context, item: Item): Promise<string | undefined> {
  const waiting = await firstPutOff(db, item.id, ['run', 'code']);
  if (!waiting) return undefined;
  return whyPutOff(waiting.error, new Date(waiting.notBefore).toISOString());
}

/** What `/prlt peek` shows: what the latest run said and did, with everything secret taken out. */
export async function peekView(context: Context, item: Item): Promise<Parameters<typeof peekReply>[0]> {
  const { run, key } = item;
  if (!run) return { key, running: false, lines: [] };
  const events = await lastRunEvents(
    context.db,
    run.id,
    ['message', 'progress', 'tool', 'note'],
    peekedEvents,
  );
  const { webhookSecret, privateKey } = context.settings;
  const lines = events.map((event) => redact(lineOf(event), [webhookSecret, privateKey]));
  return { key, agent: run.agent, running: holdsSeat(item), lines };
}

function lineOf(event: ShimEvent): string {
  switch (event.type) {
    case 'message':
    case 'note':
      return event.text;
    case 'progress':
      return event.message;
    case 'tool':
      return `[${event.status}] ${event.title}`;
    default:
      return event.type;
  }
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
      return waitsForSeat(item) ? waiting(item, now) : (activity(item.run) ?? 'review');
    case 'blocked':
      return 'waiting';
    case 'cancelled':
      return 'stopped';
    default:
      return status;
  }
}

function waiting(item: Item, now: number): ShownState {
  if (item.held) return 'waiting';
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
  const events = await lastRunEvents(db, run.id, ['message', 'progress'], shownLines);
  return events.flatMap((event) => {
    if (event.type === 'message') return [event.text];
    return event.type === 'progress' ? [event.message] : [];
  });
}

/** Fills in what to do from the catalogue, where the failure itself says nothing more particular. */
function said(failure: Failure, run: Run | undefined): NonNullable<StatusView['error']> {
  const { code, sentence, todo } = failure;
  if (code === 'NO_RUNNER') return noRunner(run ? { profile: run.profile } : {});
  return isErrorCode(code) ? userError(code, sentence, todo) : { code, sentence, ...(todo ? { todo } : {}) };
}
