/** Merging a pull request, by the three methods. */
import { covers, hasRole } from '../access.ts';
import { forbidden, Refusal } from '../failure.ts';
import { diffFiles } from '../git/diff.ts';
import { between, mergeBase } from '../git/history.ts';
import { commitTree, mergedTree, rebased } from '../git/merge.ts';
import type { Caller, Pull } from '../model.ts';
import { actor, now, type World } from '../world.ts';
import { setState } from './issues.ts';
import { moveRef } from './refs.ts';
import { identityOf } from './users.ts';

export interface MergeInput {
  readonly method?: 'merge' | 'squash' | 'rebase' | undefined;
  readonly sha?: string | undefined;
  readonly title?: string | undefined;
  readonly message?: string | undefined;
}

/** Merges in the repository's turn and answers the SHA that the base branch now has. */
export async function mergePull(
  world: World,
  caller: Caller,
  pull: Pull,
  input: MergeInput,
): Promise<string> {
  const { repo } = pull.issue;
  if (!hasRole(caller, repo, 'write')) throw forbidden('Must have push access to merge pull requests.');
  if (pull.issue.state !== 'open') throw new Refusal(405, 'Pull Request is not mergeable');
  if (pull.draft) throw new Refusal(405, 'Pull Request is still a draft');
  if (input.sha !== undefined && input.sha !== pull.headSha)
    throw new Refusal(409, 'Head branch was modified. Review and try the merge again.');
  await demandWorkflows(world, caller, pull);
  const sha = await mergedCommit(world, caller, pull, input);
  if (sha === null) throw new Refusal(405, 'Pull Request is not mergeable');
  const before = pull.baseSha;
  pull.mergeCommitSha = sha;
  pull.mergedAt = now(world);
  pull.mergedBy = actor(caller);
  setState(world, caller, pull.issue, 'closed', null);
  await moveRef(world, caller, repo, { ref: `refs/heads/${pull.baseRef}`, before, after: sha, byPull: true });
  if (pull.baseRef === repo.defaultBranch) closeLinked(world, caller, pull);
  return sha;
}

async function mergedCommit(
  world: World,
  caller: Caller,
  pull: Pull,
  input: MergeInput,
): Promise<string | null> {
  const { git } = world;
  const { dir } = pull.issue.repo;
  const who = identityOf(world, caller);
  if (input.method === 'rebase')
    return rebased(git, dir, { base: pull.baseSha, head: pull.headSha, committer: who, scratch: world.dir });
  const tree = await mergedTree(git, dir, pull.baseSha, pull.headSha);
  if (tree === null) return null;
  const squash = input.method === 'squash';
  return commitTree(git, dir, {
    tree,
    parents: squash ? [pull.baseSha] : [pull.baseSha, pull.headSha],
    message: squash ? squashMessage(pull, input) : mergeMessage(pull, input),
    author: squash ? identityOf(world, { ...caller, user: pull.issue.author }) : who,
    committer: who,
  });
}

const squashMessage = (pull: Pull, input: MergeInput): string =>
  `${input.title ?? `${pull.issue.title} (#${pull.issue.number})`}\n\n${input.message ?? ''}`.trimEnd();

const mergeMessage = (pull: Pull, input: MergeInput): string => {
  const title = `Merge pull request #${pull.issue.number} from ${pull.issue.repo.owner.login}/${pull.headRef}`;
  return `${input.title ?? title}\n\n${input.message ?? pull.issue.title}`;
};

async function demandWorkflows(world: World, caller: Caller, pull: Pull): Promise<void> {
  const held = caller.token?.installation ? caller.token.permissions : null;
  if (held === null || covers(held, 'workflows', 'write')) return;
  const touched = (await changedFiles(world, pull)).find((file) =>
    file.path.startsWith('.github/workflows/'),
  );
  if (touched !== undefined)
    throw forbidden(
      `refusing to allow a GitHub App to create or update workflow \`${touched.path}\` without \`workflows\` permission`,
    );
}

/** The files of the pull request: its head against where it left the base branch. */
export async function changedFiles(world: World, pull: Pull) {
  const { dir } = pull.issue.repo;
  const fork = await mergeBase(world.git, dir, pull.baseSha, pull.headSha);
  return diffFiles(world.git, dir, fork ?? pull.baseSha, pull.headSha);
}

export const commitsOf = (world: World, pull: Pull) =>
  between(world.git, pull.issue.repo.dir, pull.baseSha, pull.headSha);

const CLOSING = /\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?):?\s+#(\d+)/gi;

function closeLinked(world: World, caller: Caller, pull: Pull): void {
  for (const [, number] of (pull.issue.body ?? '').matchAll(CLOSING)) {
    const issue = pull.issue.repo.issues.get(Number(number));
    if (issue?.state === 'open' && issue.pull === null) setState(world, caller, issue, 'closed', 'completed');
  }
}
