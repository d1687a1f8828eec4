/** Opens the pull request of a published change, or finds the one that is there; what was handed over goes. */
import type { Failure, Item, Pull } from '../../core/item.ts';
import type { Octokit } from '../../github/client.ts';
import { openPull } from '../../github/pulls.ts';
import { branchNow, findRepo } from '../../github/repository.ts';
import { draftRefused, pullRequest } from '../../messages/pull-request.ts';
import type { Context } from '../context.ts';
import type { Executor } from '../executor.ts';
import { pullView } from '../pull-view.ts';

export const openPullRequest: Executor<'open-pull'> = async (context, { item }) => {
  const { change, run } = item;
  if (!change || change.pull || !run || item.outcome)
    return { kind: 'dropped', reason: 'there is nothing to open' };
  await context.handover.discard(run.id);
  const { redact } = context.secrets;
  const view = pullView(context, item, change, run);
  const { title, body } = pullRequest(view);
  const plain = pullRequest({ ...view, notes: [...view.notes, draftRefused] });
  const octokit = await context.authenticate(item.repo.installation);
  const base = await baseNow(octokit, item, run.base?.branch ?? item.repo.defaultBranch);
  if (base === undefined) {
    const failure = baseless(item, change.branch);
    return { kind: 'done', events: [{ type: 'pull_refused', run: run.id, failure }] };
  }
  const opened = await openPull(octokit, item.repo, {
    head: change.branch,
    base,
    title: redact(title),
    body: redact(body),
    bodyWithoutDraft: redact(plain.body),
  });
  return {
    kind: 'done',
    receipt: { pull: opened.pull.number },
    events: [{ type: 'pull_opened', run: run.id, pull: opened.pull, notes: noted(context, item, opened) }],
  };
};

/** The base may have been renamed since the run began, or be gone: then the change goes where the repository points now. */
async function baseNow(octokit: Octokit, { repo }: Item, base: string): Promise<string | undefined> {
  const name = await branchNow(octokit, repo, base);
  if (name !== undefined) return name;
  const now = (await findRepo(octokit, repo))?.defaultBranch;
  return now === undefined || now === base ? undefined : branchNow(octokit, repo, now);
}

function baseless({ repo }: Item, branch: string): Failure {
  return {
    code: 'PULL_REFUSED',
    sentence: `${repo.owner}/${repo.name} has no default branch that a pull request could go to. The change is kept on the branch \`${branch}\`.`,
    todo: 'Restore the default branch, then open a pull request from that branch or ask again.',
  };
}

function noted({ log }: Context, item: Item, { pull, how }: { pull: Pull; how: string }): string[] {
  log.info({ item: item.key, pull: pull.number, how }, 'pull request');
  return how === 'opened_ready' ? [draftRefused] : [];
}
