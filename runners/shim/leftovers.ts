/** Brings what the agent left behind onto the run's branch: uncommitted files, and commits it made elsewhere. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Checkout } from './checkout.ts';
import type { Git } from './git.ts';
import type { Assignment } from './protocol.ts';

export interface Branch {
  head: string;
  /** Commits since the start; 0 also when the branch only went back. */
  commits: number;
  notes: string[];
}

/** Rejects with `GitFailed` when the checkout can no longer be read. */
export async function settleBranch(assignment: Assignment, checkout: Checkout): Promise<Branch> {
  const { branch, start } = assignment.checkout;
  const { git } = checkout;
  const notes: string[] = [];
  const standing = await git.run(['rev-parse', 'HEAD']);
  if (standing === start || (await isAncestor(git, start, standing))) {
    notes.push(...(await commitLeftovers(assignment, checkout)));
  } else if (await isDirty(git)) {
    notes.push(
      `Uncommitted changes were left out: they stood on ${standing.slice(0, 12)}, which does not come from the run's start.`,
    );
  }
  const here = await git.run(['rev-parse', 'HEAD']);
  const tip = (await git.ask(['rev-parse', '--verify', '--quiet', `refs/heads/${branch}^{commit}`])) ?? start;
  let head = tip;
  if (here !== tip && (await isAncestor(git, tip, here))) {
    await git.run(['update-ref', `refs/heads/${branch}`, here]);
    notes.push(`The agent had left its branch; its commits were brought back to ${branch}.`);
    head = here;
  } else if (here !== tip && !(await isAncestor(git, here, tip)) && (await isAncestor(git, start, here))) {
    notes.push(`Commits made apart from ${branch}, up to ${here.slice(0, 12)}, were left out.`);
  }
  const commits = Number(await git.run(['rev-list', '--count', head, `^${start}`]));
  if (commits === 0 && head !== start)
    notes.push(`The branch went back behind its start; nothing of that is published.`);
  return { head: commits === 0 ? start : head, commits, notes };
}

async function commitLeftovers(assignment: Assignment, { git, path }: Checkout): Promise<string[]> {
  if (!(await isDirty(git))) return [];
  const unmerged = await git.run(['diff', '--name-only', '--diff-filter=U']);
  if (unmerged !== '') {
    return [
      `A merge was left unfinished in ${unmerged.split('\n').slice(0, 10).join(', ')}; uncommitted changes were left out.`,
    ];
  }
  const commit = async () => {
    await git.run(['add', '--all']);
    if ((await git.ask(['diff', '--cached', '--quiet'])) !== undefined) return;
    await git.run(
      ['commit', '--quiet', '--no-verify', '--cleanup=whitespace', '--file=-'],
      assignment.commitMessage,
    );
  };
  try {
    await commit();
  } catch {
    // A git that was killed leaves its lock behind.
    await rm(join(path, '.git', 'index.lock'), { force: true });
    await commit();
  }
  return [];
}

async function isDirty(git: Git): Promise<boolean> {
  return (
    (await git.run(['status', '--porcelain', '--untracked-files=normal', '--ignore-submodules=dirty'])) !== ''
  );
}

async function isAncestor(git: Git, older: string, newer: string): Promise<boolean> {
  return older === newer || (await git.ask(['merge-base', '--is-ancestor', older, newer])) !== undefined;
}
