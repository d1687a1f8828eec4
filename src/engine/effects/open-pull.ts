/** Opens the pull request of a published change, or finds the one that is there; what was handed over goes. */
import type { Item, Pull } from '../../core/item.ts';
import { openPull } from '../../github/pulls.ts';
import { draftRefused, pullRequest } from '../../messages/pull-request.ts';
import type { Context } from '../context.ts';
import type { Executor } from '../executor.ts';
import { pullView } from '../pull-view.ts';

export const openPullRequest: Executor<'open-pull'> = async (context, { item }) => {
  const { change, run } = item;
  if (!change || change.pull || !run || item.outcome)
    return { kind: 'dropped', reason: 'there is nothing to open' };
  await context.handover.discard(run.id);
  const view = pullView(context, item, change, run);
  const { title, body } = pullRequest(view);
  const plain = pullRequest({ ...view, notes: [...view.notes, draftRefused] });
  const octokit = await context.authenticate(item.repo.installation);
  const base = run.base?.branch ?? item.repo.defaultBranch;
  const opened = await openPull(octokit, item.repo, {
    head: change.branch,
    base,
    title,
    body,
    bodyWithoutDraft: plain.body,
  });
  return {
    kind: 'done',
    receipt: { pull: opened.pull.number },
    events: [{ type: 'pull_opened', run: run.id, pull: opened.pull, notes: noted(context, item, opened) }],
  };
};

function noted({ log }: Context, item: Item, { pull, how }: { pull: Pull; how: string }): string[] {
  log.info({ item: item.key, pull: pull.number, how }, 'pull request');
  return how === 'opened_ready' ? [draftRefused] : [];
}
