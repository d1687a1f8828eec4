/** Bare repositories: making one the way GitHub configures it, writing commits into it, reading refs. */
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Git } from './git.ts';
import { UPDATE_HOOK } from './update-hook.ts';

/** New content by path: text, bytes with a mode such as `100755` or `120000`, or null to delete. */
export type Files = Record<string, string | { mode: string; content: string | Buffer } | null>;

export interface Identity {
  readonly name: string;
  readonly email: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

const SETTINGS: readonly (readonly [string, string])[] = [
  ['http.receivepack', 'true'],
  ['http.uploadpack', 'true'],
  ['uploadpack.allowFilter', 'true'],
  ['uploadpack.allowAnySHA1InWant', 'true'],
  ['uploadpack.allowReachableSHA1InWant', 'true'],
  ['receive.denyDeletes', 'false'],
  ['receive.denyNonFastForwards', 'false'],
  ['receive.denyDeleteCurrent', 'refuse'],
  ['receive.hideRefs', 'refs/pull'],
  ['receive.fsckObjects', 'true'],
];

export async function initRepository(git: Git, dir: string, defaultBranch: string): Promise<void> {
  await mkdir(dir, { recursive: true });
  await git.run(dir, ['init', '--quiet', '--bare', `--initial-branch=${defaultBranch}`, '.']);
  const lines = SETTINGS.map(([key, value]) => {
    const [section, name] = key.split('.');
    return `[${section}]\n\t${name} = ${value}\n`;
  });
  await writeFile(join(dir, 'config'), lines.join(''), { flag: 'a' });
  const hook = join(dir, 'hooks', 'update');
  await mkdir(join(dir, 'hooks'), { recursive: true });
  await writeFile(hook, UPDATE_HOOK);
  await chmod(hook, 0o755);
}

/** Every ref with its object, `refs/pull` included. */
export async function readRefs(git: Git, dir: string): Promise<Map<string, string>> {
  const out = await git.run(dir, ['for-each-ref', '--format=%(refname) %(objectname)']);
  return new Map(
    out
      .split('\n')
      .filter(Boolean)
      .map((line) => line.split(' ') as [string, string]),
  );
}

/** The commit a revision names, or null. */
export async function resolveCommit(git: Git, dir: string, revision: string): Promise<string | null> {
  const args = ['rev-parse', '--quiet', '--verify', '--end-of-options', `${revision}^{commit}`];
  const { code, stdout } = await git.try(dir, args);
  return code === 0 ? stdout.toString().trim() : null;
}

export const isAncestor = async (git: Git, dir: string, older: string, newer: string): Promise<boolean> =>
  (await git.try(dir, ['merge-base', '--is-ancestor', older, newer])).code === 0;

export const setRef = (git: Git, dir: string, ref: string, sha: string): Promise<string> =>
  git.run(dir, ['update-ref', ref, sha]);

export const deleteRef = (git: Git, dir: string, ref: string): Promise<string> =>
  git.run(dir, ['update-ref', '-d', ref]);

/** Writes a commit of `files` on top of `parent` (null for a first commit) and answers its SHA; no branch moves. */
export async function writeCommit(
  git: Git,
  dir: string,
  input: { parent: string | null; files: Files; message: string; author: Identity },
): Promise<string> {
  const who = `${input.author.name} <${input.author.email}> ${Math.floor(input.author.at / 1000)} +0000`;
  const parts: Buffer[] = [];
  const line = (text: string) => parts.push(Buffer.from(`${text}\n`));
  const data = (bytes: Buffer) => parts.push(Buffer.from(`data ${bytes.length}\n`), bytes, Buffer.from('\n'));
  line('commit refs/local/writing');
  line('mark :1');
  line(`author ${who}`);
  line(`committer ${who}`);
  data(Buffer.from(input.message));
  if (input.parent !== null) line(`from ${input.parent}`);
  for (const [path, value] of Object.entries(input.files)) {
    if (value === null) {
      line(`D ${path}`);
    } else {
      const { mode, content } = typeof value === 'string' ? { mode: '100644', content: value } : value;
      line(`M ${mode} inline ${path}`);
      data(Buffer.from(content));
    }
  }
  line('get-mark :1');
  const sha = await git.run(dir, ['fast-import', '--quiet', '--force', '--date-format=raw'], {
    input: Buffer.concat(parts),
  });
  await deleteRef(git, dir, 'refs/local/writing');
  return sha;
}
