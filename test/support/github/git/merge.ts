/** Merging without a work tree: `merge-tree` tells whether it goes, `commit-tree` writes the result. */
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Git } from './git.ts';
import type { Identity } from './repository.ts';

/** The merged tree, or null when the branches conflict. */
export async function mergedTree(git: Git, dir: string, base: string, head: string): Promise<string | null> {
  const { code, stdout, stderr } = await git.try(dir, ['merge-tree', '--write-tree', base, head]);
  if (code === 0) return stdout.toString().split('\n')[0] ?? null;
  if (code === 1) return null;
  throw new Error(`git merge-tree failed with ${code}: ${stderr}`);
}

function identityEnv(author: Identity, committer: Identity): Record<string, string> {
  return {
    GIT_AUTHOR_NAME: author.name,
    GIT_AUTHOR_EMAIL: author.email,
    GIT_AUTHOR_DATE: `${Math.floor(author.at / 1000)} +0000`,
    GIT_COMMITTER_NAME: committer.name,
    GIT_COMMITTER_EMAIL: committer.email,
    GIT_COMMITTER_DATE: `${Math.floor(committer.at / 1000)} +0000`,
  };
}

export function commitTree(
  git: Git,
  dir: string,
  input: { tree: string; parents: readonly string[]; message: string; author: Identity; committer: Identity },
): Promise<string> {
  const parents = input.parents.flatMap((parent) => ['-p', parent]);
  return git.run(dir, ['commit-tree', input.tree, ...parents], {
    input: input.message,
    env: identityEnv(input.author, input.committer),
  });
}

/** Replays `base..head` onto `base` and answers the new tip, or null when a commit does not apply. */
export async function rebased(
  git: Git,
  dir: string,
  input: { base: string; head: string; committer: Identity; scratch: string },
): Promise<string | null> {
  const tree = await mkdtemp(join(input.scratch, 'rebase-'));
  const env = {
    GIT_COMMITTER_NAME: input.committer.name,
    GIT_COMMITTER_EMAIL: input.committer.email,
    GIT_COMMITTER_DATE: `${Math.floor(input.committer.at / 1000)} +0000`,
  };
  try {
    await git.run(dir, ['worktree', 'add', '--quiet', '--detach', tree, input.head]);
    const { code } = await git.try(tree, ['rebase', '--quiet', '--force-rebase', input.base], { env });
    return code === 0 ? await git.run(tree, ['rev-parse', 'HEAD']) : null;
  } finally {
    await rm(tree, { recursive: true, force: true });
    await git.try(dir, ['worktree', 'prune']);
  }
}
