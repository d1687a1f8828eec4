/** Check runs of the App on a commit, found by name and external id before one is made. */
import type { Repo } from '#src/core/item.ts';
import type { Octokit } from './client.ts';

export interface CheckState {
  name: string;
  sha: string;
  /** The item's id: what makes the check run ours. */
  externalId: string;
  conclusion: 'success' | 'failure' | 'action_required';
  title: string;
  summary: string;
  url?: string;
}

export async function setCheck(octokit: Octokit, repo: Repo, check: CheckState): Promise<void> {
  const where = { owner: repo.owner, repo: repo.name };
  const { data } = await octokit.rest.checks.listForRef({ ...where, ref: check.sha, check_name: check.name });
  const known = data.check_runs.find((one) => one.external_id === check.externalId);
  const body = {
    status: 'completed' as const,
    conclusion: check.conclusion,
    output: { title: check.title, summary: check.summary },
    ...(check.url ? { details_url: check.url } : {}),
  };
  if (known) {
    await octokit.rest.checks.update({ ...where, check_run_id: known.id, ...body });
    return;
  }
  await octokit.rest.checks.create({
    ...where,
    name: check.name,
    head_sha: check.sha,
    external_id: check.externalId,
    ...body,
  });
}
