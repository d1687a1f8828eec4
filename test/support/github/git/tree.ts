/** Reading files and directories of a commit. */
import type { Git } from './git.ts';

export interface TreeEntry {
  readonly mode: string;
  readonly type: 'blob' | 'tree' | 'commit';
  readonly sha: string;
  readonly size: number;
  readonly path: string;
}

function parse(out: string): TreeEntry[] {
  return out
    .split('\0')
    .filter(Boolean)
    .map((line) => {
      const [facts = '', path = ''] = line.split('\t');
      const [mode = '', type = 'blob', sha = '', size = '0'] = facts.split(/\s+/);
      return { mode, type: type as TreeEntry['type'], sha, size: Number(size) || 0, path };
    });
}

const LITERAL = { GIT_LITERAL_PATHSPECS: '1' };

/** The entry of a path, or null. */
export async function entryAt(
  git: Git,
  dir: string,
  commit: string,
  path: string,
): Promise<TreeEntry | null> {
  const args = ['ls-tree', '-z', '-l', '--full-tree', commit, '--', path];
  return parse(await git.run(dir, args, { env: LITERAL }))[0] ?? null;
}

/** The entries of a directory; the root for an empty path. */
export async function entriesOf(git: Git, dir: string, commit: string, path: string): Promise<TreeEntry[]> {
  const under = path === '' ? [] : ['--', `${path}/`];
  return parse(
    await git.run(dir, ['ls-tree', '-z', '-l', '--full-tree', commit, ...under], { env: LITERAL }),
  );
}

/** The bytes of a blob. */
export async function readBlob(git: Git, dir: string, sha: string): Promise<Buffer> {
  const { code, stdout, stderr } = await git.try(dir, ['cat-file', 'blob', sha]);
  if (code !== 0) throw new Error(`git cat-file failed with ${code}: ${stderr}`);
  return stdout;
}
