/** What the status comment shows of an item: its facts, the words of the run, the limits in force. */
import { isErrorCode, userError } from '../core/errors.ts';
import type { Failure, Item, Run } from '../core/item.ts';
import { statusOf } from '../core/status.ts';
import { duration } from '../messages/duration.ts';
import { noRunner } from '../messages/no-runner.ts';
import { hostRuntimeNotice } from '../messages/replies.ts';
import type { ShownState, StatusView } from '../messages/status-comment.ts';
import { lastRunEvents } from '../store/runs.ts';
import type { Context } from './context.ts';
import { storedPolicy } from './policies.ts';
import { branchUrl } from './repository-url.ts';

const shownLines = 12;

export async function statusView(context: Context, item: Item): Promise<Omit<StatusView, 'marker'>> {
  const { run, retryAt, change } = item;
  const policy = await storedPolicy(context, context.db, item.repo.id);
  const reason = reasonOf(item);
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

/** The item's state in the words of the status comment. */
export function stateOf(item: Item, now: number): ShownState {
  const status = statusOf(item);
  switch (status) {
    case 'new':
    case 'ready':
      return item.retryAt !== undefined && item.retryAt > now ? 'waiting' : 'queued';
    case 'claimed':
      return 'starting';
    case 'in_progress':
      if (item.run?.phase === 'publishing' || item.run?.phase === 'ended') return 'publishing';
      return item.run?.phase === 'working' ? 'working' : 'starting';
    case 'blocked':
      return 'waiting';
    case 'cancelled':
      return 'stopped';
    default:
      return status;
  }
}

function reasonOf(item: Item): string | undefined {
  if (item.run?.stopping && item.run.phase !== 'ended') return 'The agent is being stopped.';
  if (item.outcome?.kind === 'no_change') return 'The agent finished and left nothing to change.';
  if (item.outcome?.kind === 'stopped' && item.outcome.by) return `Stopped by ${item.outcome.by}.`;
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
