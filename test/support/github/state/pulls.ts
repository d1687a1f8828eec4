/** Pull requests: opening, changing, drafts, and how they follow their branches. */
import { hasRole } from '../access.ts';
import { forbidden, invalid, invalidBecause, notFound } from '../failure.ts';
import { diffFiles } from '../git/diff.ts';
import { between, mergeBase } from '../git/history.ts';
import { commitTree, mergedTree } from '../git/merge.ts';
import { resolveCommit, setRef } from '../git/repository.ts';
import type { Caller, Mergeability, Pull, PullStats, Repo } from '../model.ts';
import { pullsOf, type World } from '../world.ts';
import { announceIssue, touch } from './issue-events.ts';
import { checkText, editText, issueOf, makeIssue, setState } from './issues.ts';
import { identityOf } from './users.ts';

export interface NewPull {
  readonly title: string;
  readonly head: string;
  readonly base: string;
  readonly body?: string | null | undefined;
  readonly draft?: boolean | undefined;
}

export async function openPull(world: World, caller: Caller, repo: Repo, input: NewPull): Promise<Pull> {
  if (!hasRole(caller, repo, 'read')) throw notFound();
  checkText('PullRequest', input);
  const branch = headBranch(repo, input.head);
  const [headSha, baseSha] = await Promise.all([
    resolveCommit(world.git, repo.dir, `refs/heads/${branch}`),
    resolveCommit(world.git, repo.dir, `refs/heads/${input.base}`),
  ]);
  if (headSha === null) throw invalid({ resource: 'PullRequest', field: 'head', code: 'invalid' });
  if (baseSha === null) throw invalid({ resource: 'PullRequest', field: 'base', code: 'invalid' });
  const label = `${repo.owner.login}:${branch}`;
  const twin = pullsOf(repo).find(
    (pull) => pull.issue.state === 'open' && pull.headRef === branch && pull.baseRef === input.base,
  );
  if (twin !== undefined) throw invalidBecause('PullRequest', `A pull request already exists for ${label}.`);
  if (input.draft && repo.private && repo.owner.plan === 'free')
    throw invalidBecause('PullRequest', 'Draft pull requests are not supported in this repository.');
  const stats = await statsOf(world, repo, baseSha, headSha);
  if (stats === null)
    throw invalidBecause('PullRequest', `The ${branch} branch has no history in common with ${input.base}`);
  if (stats.commits === 0)
    throw invalidBecause('PullRequest', `No commits between ${input.base} and ${branch}`);
  const issue = makeIssue(world, caller, repo, input);
  const pull: Pull = {
    id: world.ids.next(),
    nodeId: world.ids.node('PR'),
    issue,
    headRef: branch,
    headSha,
    baseRef: input.base,
    baseSha,
    draft: input.draft ?? false,
    stats,
    mergeability: null,
    settledMergeability: null,
    mergedAt: null,
    mergedBy: null,
    mergeCommitSha: null,
    requestedReviewers: [],
    reviews: [],
    reviewComments: [],
  };
  issue.pull = pull;
  await setRef(world.git, repo.dir, `refs/pull/${issue.number}/head`, headSha);
  announceIssue(world, caller, issue, 'opened');
  return pull;
}

/** `head` is a branch, or `owner:branch` of the same repository: there are no forks here yet. */
function headBranch(repo: Repo, head: string): string {
  const [owner, branch] = head.includes(':') ? head.split(/:(.*)/s) : [repo.owner.login, head];
  if (owner?.toLowerCase() !== repo.owner.login.toLowerCase() || !branch)
    throw invalid({ resource: 'PullRequest', field: 'head', code: 'invalid' });
  return branch;
}

async function statsOf(world: World, repo: Repo, base: string, head: string): Promise<PullStats | null> {
  const fork = await mergeBase(world.git, repo.dir, base, head);
  if (fork === null) return null;
  const [commits, files] = await Promise.all([
    between(world.git, repo.dir, base, head),
    diffFiles(world.git, repo.dir, fork, head),
  ]);
  return {
    commits: commits.length,
    additions: files.reduce((sum, file) => sum + file.additions, 0),
    deletions: files.reduce((sum, file) => sum + file.deletions, 0),
    changedFiles: files.length,
  };
}

export function pullOf(world: World, repo: Repo, number: number): Pull {
  const { pull } = issueOf(world, repo, number);
  if (pull === null) throw notFound();
  return pull;
}

export interface PullChanges {
  readonly title?: string | undefined;
  readonly body?: string | null | undefined;
  readonly state?: 'open' | 'closed' | undefined;
  readonly base?: string | undefined;
}

export async function updatePull(
  world: World,
  caller: Caller,
  pull: Pull,
  changes: PullChanges,
): Promise<void> {
  demandAuthorOrWrite(caller, pull);
  checkText('PullRequest', changes);
  const { repo } = pull.issue;
  if (changes.state === 'open' && pull.issue.state === 'closed') {
    if ((await resolveCommit(world.git, repo.dir, `refs/heads/${pull.headRef}`)) === null)
      throw invalidBecause(
        'PullRequest',
        `state cannot be changed. The ${pull.headRef} branch has been deleted.`,
        'state',
      );
  }
  if (changes.base !== undefined && changes.base !== pull.baseRef) {
    const sha = await resolveCommit(world.git, repo.dir, `refs/heads/${changes.base}`);
    if (sha === null) throw invalid({ resource: 'PullRequest', field: 'base', code: 'invalid' });
    const from = { ref: { from: pull.baseRef }, sha: { from: pull.baseSha } };
    pull.baseRef = changes.base;
    await refresh(world, pull, { baseSha: sha });
    announceIssue(world, caller, pull.issue, 'edited', { changes: { base: from } });
  }
  editText(world, caller, pull.issue, changes);
  if (changes.state !== undefined) setState(world, caller, pull.issue, changes.state, null);
}

export function setDraft(world: World, caller: Caller, pull: Pull, draft: boolean): void {
  demandAuthorOrWrite(caller, pull);
  if (pull.draft === draft) return;
  if (draft && pull.issue.repo.private && pull.issue.repo.owner.plan === 'free')
    throw invalidBecause('PullRequest', 'Draft pull requests are not supported in this repository.');
  pull.draft = draft;
  touch(world, pull.issue);
  announceIssue(world, caller, pull.issue, draft ? 'converted_to_draft' : 'ready_for_review');
}

/** A branch moved: open pull requests from it get the new head or are closed, those onto it are measured again. */
export async function followBranch(
  world: World,
  caller: Caller,
  repo: Repo,
  move: { branch: string; before: string | null; after: string | null },
): Promise<void> {
  for (const pull of pullsOf(repo)) {
    if (pull.issue.state !== 'open') continue;
    if (pull.headRef === move.branch) {
      if (move.after === null) setState(world, caller, pull.issue, 'closed', null);
      else await synchronize(world, caller, pull, move.before, move.after);
    } else if (pull.baseRef === move.branch) {
      if (move.after === null) setState(world, caller, pull.issue, 'closed', null);
      else await refresh(world, pull, { baseSha: move.after });
    }
  }
}

async function synchronize(world: World, caller: Caller, pull: Pull, before: string | null, after: string) {
  await setRef(world.git, pull.issue.repo.dir, `refs/pull/${pull.issue.number}/head`, after);
  await refresh(world, pull, { headSha: after });
  touch(world, pull.issue);
  announceIssue(world, caller, pull.issue, 'synchronize', { before, after });
}

async function refresh(world: World, pull: Pull, to: { headSha?: string; baseSha?: string }): Promise<void> {
  pull.headSha = to.headSha ?? pull.headSha;
  pull.baseSha = to.baseSha ?? pull.baseSha;
  pull.mergeability = null;
  pull.settledMergeability = null;
  // After a rewrite without common history GitHub keeps showing the old numbers.
  pull.stats = (await statsOf(world, pull.issue.repo, pull.baseSha, pull.headSha)) ?? pull.stats;
}

/** What a reader of the pull request learns: null the first time, the answer from then on. */
export async function askMergeability(world: World, caller: Caller, pull: Pull): Promise<void> {
  if (pull.issue.state !== 'open') return;
  if (pull.mergeability === null) pull.mergeability = computeMergeability(world, caller, pull);
  else pull.settledMergeability = await pull.mergeability;
}

export async function computeMergeability(world: World, caller: Caller, pull: Pull): Promise<Mergeability> {
  const { repo } = pull.issue;
  const tree = await mergedTree(world.git, repo.dir, pull.baseSha, pull.headSha);
  if (tree === null) return { mergeable: false, mergeSha: null };
  const who = identityOf(world, { ...caller, user: caller.user ?? pull.issue.author });
  const mergeSha = await commitTree(world.git, repo.dir, {
    tree,
    parents: [pull.baseSha, pull.headSha],
    message: `Merge ${pull.headSha} into ${pull.baseSha}`,
    author: who,
    committer: who,
  });
  await setRef(world.git, repo.dir, `refs/pull/${pull.issue.number}/merge`, mergeSha);
  return { mergeable: true, mergeSha };
}

function demandAuthorOrWrite(caller: Caller, pull: Pull): void {
  if (caller.user?.id === pull.issue.author.id || hasRole(caller, pull.issue.repo, 'write')) return;
  throw forbidden('Must have admin rights to Repository.');
}
