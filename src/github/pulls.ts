/** Pull requests: found by their head, opened once. */
import type { Change, Pull, Repo } from '#src/core/item.ts';
import type { Octokit } from './client.ts';
import { statusOf } from './failures.ts';

export interface NewPull {
  head: string;
  base: string;
  title: string;
  body: string;
  /** The same text for a plan that refuses drafts. */
  bodyWithoutDraft: string;
}

export type Opened = { pull: Pull; how: 'found' | 'opened' | 'opened_ready' };

/** Looks for a pull request of this head first, in any state; opens a draft, or an ordinary one where drafts are refused. */
export async function openPull(octokit: Octokit, repo: Repo, wanted: NewPull): Promise<Opened> {
  const where = { owner: repo.owner, repo: repo.name };
  const { data: known } = await octokit.rest.pulls.list({
    ...where,
    head: `${repo.owner}:${wanted.head}`,
    base: wanted.base,
    state: 'all',
  });
  const found = known.find((one) => one.state === 'open') ?? known[0];
  if (found) return { pull: toPull(found), how: 'found' };
  const { title, head, base } = wanted;
  try {
    const { data } = await octokit.rest.pulls.create({
      ...where,
      title,
      head,
      base,
      body: wanted.body,
      draft: true,
    });
    return { pull: toPull(data), how: 'opened' };
  } catch (error) {
    if (statusOf(error) !== 422 || !/draft/i.test(error instanceof Error ? error.message : '')) throw error;
    const { data } = await octokit.rest.pulls.create({
      ...where,
      title,
      head,
      base,
      body: wanted.bodyWithoutDraft,
      draft: false,
    });
    return { pull: toPull(data), how: 'opened_ready' };
  }
}

/** What a pull request that is sought must carry: the marker alone can be pasted by anybody. */
export interface Ours {
  author: string;
  marker: string;
}

/** The open or merged pull request of a branch, when it is ours; a closed one was put aside by a person. */
export async function pullOfBranch(
  octokit: Octokit,
  repo: Repo,
  branch: string,
  { author, marker }: Ours,
): Promise<{ head: string; commits: number; pull: Pull } | undefined> {
  const where = { owner: repo.owner, repo: repo.name };
  const head = `${repo.owner}:${branch}`;
  const { data: all } = await octokit.rest.pulls.list({ ...where, head, state: 'all' });
  const own = all.filter((one) => one.user?.login === author && one.body?.includes(marker));
  const found = own.find((one) => one.state === 'open') ?? own.find((one) => one.merged_at);
  if (!found) return undefined;
  const { data } = await octokit.rest.pulls.get({ ...where, pull_number: found.number });
  return { head: data.head.sha, commits: data.commits, pull: toPull(data) };
}

/** Ours of the hundred that changed last which ended since then, milliseconds since the epoch; its branch may be gone. */
export async function pullEndedSince(
  octokit: Octokit,
  repo: Repo,
  { author, marker }: Ours,
  since: number,
): Promise<(Change & { pull: Pull }) | undefined> {
  const where = { owner: repo.owner, repo: repo.name };
  const last = { state: 'closed', sort: 'updated', direction: 'desc', per_page: 100 } as const;
  const { data: ended } = await octokit.rest.pulls.list({ ...where, ...last });
  const own = ended.filter((one) => one.user?.login === author && one.body?.includes(marker));
  const recent = own.filter((one) => Date.parse(one.closed_at ?? '') >= since);
  const found = recent.find((one) => one.merged_at) ?? recent[0];
  if (!found) return undefined;
  const { data } = await octokit.rest.pulls.get({ ...where, pull_number: found.number });
  return { branch: data.head.ref, head: data.head.sha, commits: data.commits, pull: toPull(data) };
}

function toPull(data: {
  number: number;
  html_url: string;
  draft?: boolean | undefined;
  state: string;
  merged_at?: string | null;
}): Pull {
  return {
    number: data.number,
    url: data.html_url,
    draft: data.draft ?? false,
    state: data.merged_at ? 'merged' : data.state === 'open' ? 'open' : 'closed',
  };
}
