/** Reads commits and files out of a mirror, without a checkout and without following links. */
import type { Git } from './git-process.ts';
import { readBlobs } from './read-blobs.ts';
import { checkedSha, isSha } from './ref-name.ts';
import { isTreePath, parseTree, type TreeEntry } from './tree.ts';

/** `not_a_file`: a folder, link or submodule is there. */
export type FileAnswer =
  | { kind: 'file'; content: Buffer }
  | { kind: 'absent' | 'not_a_file' }
  | { kind: 'too_large'; bytes: number };

export interface MirrorReader {
  /** Whether the mirror holds this commit, under whatever ref or none. */
  has(repoId: string | number, sha: string): Promise<boolean>;
  /** The commit of a full ref (`refs/heads/…`) or object id; undefined when there is none. */
  resolve(repoId: string | number, ref: string): Promise<string | undefined>;
  /** Names of all branches, without `refs/heads/`. */
  branches(repoId: string | number): Promise<string[]>;
  /** In the order of `paths`; `maxBytes` of each is checked before anything is read. */
  readFiles(
    repoId: string | number,
    sha: string,
    paths: readonly string[],
    maxBytes: number,
  ): Promise<FileAnswer[]>;
  /** First lines of the newest commits at or before `sha`, newest first. */
  subjects(repoId: string | number, sha: string, most: number): Promise<string[]>;
  /** What lies directly in some folders, all in one call of git; `.` is the root. Folders that are not there have nothing. */
  listFolders(repoId: string | number, sha: string, folders: readonly string[]): Promise<TreeEntry[]>;
  /** Every entry at or below `folder` (default: the whole tree), links and gitlinks included. */
  listTree(repoId: string | number, sha: string, folder?: string): Promise<TreeEntry[]>;
}

export function createMirrorReader(git: Git, pathOf: (repoId: string | number) => string): MirrorReader {
  async function resolve(repoId: string | number, ref: string): Promise<string | undefined> {
    if (!isSha(ref) && !/^refs\/[^\s~^:?*[\\]+$/.test(ref)) return undefined;
    const { code, stdout } = await git.run({
      gitDir: pathOf(repoId),
      args: ['rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`],
      answers: [1, 128],
    });
    return code === 0 ? stdout.toString('utf8').trim() : undefined;
  }

  async function entries(repoId: string | number, sha: string, options: string[], path: string[]) {
    const { stdout } = await git.run({
      gitDir: pathOf(repoId),
      args: ['ls-tree', '-z', '--full-tree', '--long', ...options, checkedSha(sha), '--', ...path],
      maxOutput: 256 * 1024 * 1024,
    });
    return parseTree(stdout);
  }

  return {
    resolve,
    async branches(repoId) {
      const { stdout } = await git.run({
        gitDir: pathOf(repoId),
        args: ['for-each-ref', '--format=%(refname:lstrip=2)', 'refs/heads/'],
        maxOutput: 64 * 1024 * 1024,
      });
      return stdout.toString('utf8').split('\n').filter(Boolean);
    },
    async has(repoId, sha) {
      return isSha(sha) && (await resolve(repoId, sha)) === sha;
    },
    async readFiles(repoId, sha, paths, maxBytes) {
      const named = [...new Set(paths.filter(isTreePath))];
      // `-t`: else a folder is left out when something below it is asked for as well.
      const found = named.length === 0 ? [] : await entries(repoId, sha, ['-t'], named);
      const byPath = new Map(found.map((entry) => [entry.path, entry]));
      const wanted = named.flatMap((path) => {
        const entry = byPath.get(path);
        return entry?.kind === 'file' && entry.bytes <= maxBytes ? [entry] : [];
      });
      const contents = new Map<string, Buffer>();
      for await (const { oid, content } of readBlobs({ git, gitDir: pathOf(repoId) }, wanted))
        contents.set(oid, content);
      return paths.map((path): FileAnswer => {
        const entry = byPath.get(path);
        if (!entry) return { kind: 'absent' };
        if (entry.kind !== 'file') return { kind: 'not_a_file' };
        const content = contents.get(entry.oid);
        return content ? { kind: 'file', content } : { kind: 'too_large', bytes: entry.bytes };
      });
    },
    async subjects(repoId, sha, most) {
      const { stdout } = await git.run({
        gitDir: pathOf(repoId),
        args: ['log', '-z', '--format=%s', `--max-count=${most}`, '--end-of-options', checkedSha(sha)],
        maxOutput: 4 * 1024 * 1024,
      });
      return stdout.toString('utf8').split('\0').filter(Boolean);
    },
    async listFolders(repoId, sha, folders) {
      const named = folders.filter(isTreePath);
      const root = folders.includes('.') ? ['./'] : [];
      if (named.length + root.length === 0) return [];
      return entries(repoId, sha, [], [...root, ...named.map((folder) => `${folder}/`)]);
    },
    async listTree(repoId, sha, folder) {
      if (folder !== undefined && !isTreePath(folder)) return [];
      return entries(repoId, sha, ['-r'], folder === undefined ? [] : [folder]);
    },
  };
}
