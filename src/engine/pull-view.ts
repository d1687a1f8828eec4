/** What the pull request and its check say of the run that made the change. */
import type { Change, Item, Run } from '../core/item.ts';
import type { CheckRunView } from '../messages/check-run.ts';
import type { PullRequestView } from '../messages/pull-request.ts';
import type { Context } from './context.ts';
import { itemMarker } from './markers.ts';
import { stateOf } from './status-view.ts';

export function pullView(context: Context, item: Item, change: Change, run: Run): PullRequestView {
  const result = run.verdict?.result;
  const home = { owner: item.repo.owner, repo: item.repo.name };
  return {
    title: result?.title ?? item.request?.snapshot.title ?? '',
    issue: { ...home, number: item.number },
    home,
    completes: true,
    ...(result?.summary ? { summary: result.summary } : {}),
    ...(result?.tested ? { tested: result.tested } : {}),
    ...(result?.decisions ? { decisions: result.decisions } : {}),
    ...(result?.contract ? { contract: result.contract } : {}),
    agent: run.agent,
    runner: run.runner,
    durationMs: lengthOf(run),
    commits: change.commits,
    notes: item.notes,
    marker: itemMarker(context, 'pull', item),
  };
}

export function checkView(context: Context, item: Item, change: Change, run: Run): CheckRunView {
  return {
    key: item.key,
    state: stateOf(item, context.now()),
    agent: run.agent,
    runner: run.runner,
    elapsedMs: lengthOf(run),
    commits: change.commits,
    notes: item.notes,
  };
}

function lengthOf(run: Run): number {
  return (run.endedAt ?? run.claimedAt) - run.claimedAt;
}
