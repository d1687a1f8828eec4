/** Pull requests: listing, opening, changing, merging, and what they contain. */
import { notFound } from '../../failure.ts';
import { diffText } from '../../git/diff.ts';
import { mergeBase } from '../../git/history.ts';
import type { Pull } from '../../model.ts';
import { commitShape, fileShape } from '../../shapes/commits.ts';
import { pullShape, simplePullShape } from '../../shapes/pulls.ts';
import { changedFiles, commitsOf, mergePull } from '../../state/merging.ts';
import { askMergeability, openPull, type PullChanges, updatePull } from '../../state/pulls.ts';
import { inTurn, pullsOf } from '../../world.ts';
import {
  type Answer,
  type Call,
  created,
  input,
  noContent,
  ok,
  page,
  pullAt,
  type Route,
  repoOf,
  route,
} from '../route.ts';

interface NewPullBody {
  title?: string;
  head: string;
  base: string;
  body?: string;
  draft?: boolean;
}

function listed(call: Call, pulls: readonly Pull[]): Pull[] {
  const { query } = call;
  const state = query['state'] ?? 'open';
  const sign = query['direction'] === 'asc' ? 1 : -1;
  const field = query['sort'] === 'updated' ? 'updatedAt' : 'createdAt';
  const order =
    query['direction'] === undefined && query['sort'] !== undefined && query['sort'] !== 'created' ? 1 : sign;
  return pulls
    .filter((pull) => state === 'all' || pull.issue.state === state)
    .filter(
      (pull) =>
        query['head'] === undefined || `${pull.issue.repo.owner.login}:${pull.headRef}` === query['head'],
    )
    .filter((pull) => query['base'] === undefined || pull.baseRef === query['base'])
    .toSorted(
      (a, b) => order * (a.issue[field].localeCompare(b.issue[field]) || a.issue.number - b.issue.number),
    );
}

async function show(call: Call): Promise<Answer> {
  const { world } = call;
  const pull = pullAt(call, ['pull_requests', 'read']);
  if (/[.+]diff\b/.test(call.accept)) {
    const { dir } = pull.issue.repo;
    const fork = await mergeBase(world.git, dir, pull.baseSha, pull.headSha);
    const bytes = Buffer.from(`${await diffText(world.git, dir, fork ?? pull.baseSha, pull.headSha)}\n`);
    return { status: 200, raw: { type: 'application/vnd.github.diff; charset=utf-8', bytes } };
  }
  await askMergeability(world, call.caller, pull);
  return ok(pullShape(world, pull));
}

export const pullRoutes: readonly Route[] = [
  route('GET', '/repos/{owner}/{repo}/pulls', (call) => {
    const repo = repoOf(call, ['pull_requests', 'read']);
    return page(call, listed(call, pullsOf(repo)), (pull) => simplePullShape(call.world, pull));
  }),
  route('POST', '/repos/{owner}/{repo}/pulls', async (call) => {
    const repo = repoOf(call, ['pull_requests', 'write']);
    const { title = '', head, base, body, draft } = input<NewPullBody>(call);
    const pull = await inTurn(repo, () =>
      openPull(call.world, call.caller, repo, { title, head, base, body, draft }),
    );
    return created(pullShape(call.world, pull));
  }),
  route('GET', '/repos/{owner}/{repo}/pulls/{pull_number}', show),
  route('PATCH', '/repos/{owner}/{repo}/pulls/{pull_number}', async (call) => {
    const pull = pullAt(call, ['pull_requests', 'write']);
    const { title, body, state, base } = input<PullChanges>(call);
    await updatePull(call.world, call.caller, pull, { title, body, state, base });
    return ok(pullShape(call.world, pull));
  }),
  route('GET', '/repos/{owner}/{repo}/pulls/{pull_number}/files', async (call) => {
    const pull = pullAt(call, ['pull_requests', 'read']);
    const files = await changedFiles(call.world, pull);
    return page(call, files, (file) => fileShape(call.world, pull.issue.repo, file, pull.headSha));
  }),
  route('GET', '/repos/{owner}/{repo}/pulls/{pull_number}/commits', async (call) => {
    const pull = pullAt(call, ['pull_requests', 'read']);
    return page(call, await commitsOf(call.world, pull), (commit) =>
      commitShape(call.world, pull.issue.repo, commit),
    );
  }),
  route('GET', '/repos/{owner}/{repo}/pulls/{pull_number}/merge', (call) => {
    if (pullAt(call, ['contents', 'read']).mergedAt === null) throw notFound();
    return noContent;
  }),
  route('PUT', '/repos/{owner}/{repo}/pulls/{pull_number}/merge', async (call) => {
    const pull = pullAt(call, ['contents', 'write']);
    const body = input<{
      merge_method?: 'merge' | 'squash' | 'rebase';
      sha?: string;
      commit_title?: string;
      commit_message?: string;
    } | null>(call);
    const sha = await inTurn(pull.issue.repo, () =>
      mergePull(call.world, call.caller, pull, {
        method: body?.merge_method,
        sha: body?.sha,
        title: body?.commit_title,
        message: body?.commit_message,
      }),
    );
    return ok({ sha, merged: true, message: 'Pull Request successfully merged' });
  }),
  route('GET', '/repos/{owner}/{repo}/commits/{commit_sha}/pulls', (call) => {
    const repo = repoOf(call, ['pull_requests', 'read']);
    const sha = call.params['commit_sha'];
    const found = pullsOf(repo).filter((pull) => pull.headSha === sha || pull.mergeCommitSha === sha);
    return page(call, found, (pull) => simplePullShape(call.world, pull));
  }),
];
