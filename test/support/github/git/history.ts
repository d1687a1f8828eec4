/** Reading commits: one, a range, and how two of them relate. */
import type { Git } from './git.ts';

export interface Signature {
  readonly name: string;
  readonly email: string;
  /** ISO 8601 in UTC, whole seconds. */
  readonly date: string;
}

export interface Commit {
  readonly sha: string;
  readonly tree: string;
  readonly parents: readonly string[];
  readonly author: Signature;
  readonly committer: Signature;
  readonly message: string;
}

const FORMAT = '%H%x00%T%x00%P%x00%an%x00%ae%x00%at%x00%cn%x00%ce%x00%ct%x00%B%x00%x01';

function parse(record: string): Commit {
  const at = (index: number) => fields[index] ?? '';
  const fields = record.replace(/^\n/, '').split('\0');
  const when = (seconds: string) => `${new Date(Number(seconds) * 1000).toISOString().slice(0, 19)}Z`;
  return {
    sha: at(0),
    tree: at(1),
    parents: at(2).split(' ').filter(Boolean),
    author: { name: at(3), email: at(4), date: when(at(5)) },
    committer: { name: at(6), email: at(7), date: when(at(8)) },
    message: at(9).trimEnd(),
  };
}

/** Commits that `args` select, newest first unless `--reverse` is among them. */
export async function log(git: Git, dir: string, args: readonly string[]): Promise<Commit[]> {
  const out = await git.run(dir, ['log', `--format=${FORMAT}`, ...args]);
  return out
    .split('\x01')
    .filter((record) => record.trim() !== '')
    .map(parse);
}

export async function readCommit(git: Git, dir: string, sha: string): Promise<Commit> {
  const [commit] = await log(git, dir, ['-1', sha]);
  if (commit === undefined) throw new Error(`no commit ${sha}`);
  return commit;
}

/** Commits of `head` that `base` lacks, oldest first. */
export const between = (git: Git, dir: string, base: string, head: string): Promise<Commit[]> =>
  log(git, dir, ['--reverse', '--topo-order', `${base}..${head}`]);

export async function mergeBase(git: Git, dir: string, a: string, b: string): Promise<string | null> {
  const { code, stdout } = await git.try(dir, ['merge-base', a, b]);
  return code === 0 ? stdout.toString().trim() : null;
}

export async function countAheadBehind(git: Git, dir: string, base: string, head: string) {
  const out = await git.run(dir, ['rev-list', '--left-right', '--count', `${base}...${head}`]);
  const [behind, ahead] = out.split(/\s+/).map(Number);
  return { ahead: ahead ?? 0, behind: behind ?? 0 };
}
