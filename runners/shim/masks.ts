/**
 * Keeps out of a checkout what a CLI would take configuration, hooks or MCP servers from. The paths stay in the index,
 * marked `skip-worktree`: git neither misses them nor commits their absence. They never touch the disk, since an agent may
 * read while the checkout is being made.
 */
import { appendFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createGit, type Git } from './git.ts';

/** For a git that fills the working tree; other ones need not know. */
export const masking = ['-c', 'core.sparseCheckout=true', '-c', 'core.sparseCheckoutCone=false'];

/** What masking reads, in the syntax of gitignore. Without a slash at its end a name stands for links as well. */
export async function writeMasks(checkout: string, masks: readonly string[]): Promise<void> {
  const patterns = masks.map((mask) => `!**/${bare(mask)}\n`);
  await writeFile(join(checkout, '.git/info/sparse-checkout'), `/*\n${patterns.join('')}`);
}

/** What people are told of the masked paths. */
export function maskNote(paths: string[]): string[] {
  if (paths.length === 0) return [];
  return [`Agent configuration of the repository was left out: ${listed(paths)}.`];
}

/** Entries below masked paths in a commit, with what they are. */
interface Entry {
  path: string;
  /** Mode, type and object. */
  what: string;
}

/** Whether two commits have the same at the masked paths. */
export async function sameConfiguration(
  git: Git,
  masks: readonly string[],
  one: string,
  other: string,
): Promise<boolean> {
  if (one === other) return true;
  const [first, second] = await Promise.all([entriesIn(git, masks, one), entriesIn(git, masks, other)]);
  return JSON.stringify(first) === JSON.stringify(second);
}

/**
 * Writes the base commit's version of the masked paths over the hole that masking left, out of git's sight. Links are left
 * out: what they lead to is not the base's.
 */
export async function placeBase(
  git: Git,
  checkout: string,
  env: NodeJS.ProcessEnv,
  masks: readonly string[],
  base: string,
): Promise<string[]> {
  const files = (await entriesIn(git, masks, base)).filter(({ what }) => what.startsWith('100'));
  const paths = files.map(({ path }) => path);
  const note = 'Agent configuration is that of the base commit, not of the commit that the run starts from.';
  if (paths.length === 0) return [note];
  const index = join(checkout, '.git/prlt-base-index');
  const other = createGit(checkout, { ...env, GIT_INDEX_FILE: index });
  await other.run(['read-tree', base]);
  await other.run(['checkout-index', '--force', '-z', '--stdin'], paths.map((path) => `${path}\0`).join(''));
  await rm(index, { force: true });
  const known = new Set((await git.run(['ls-files', '-z'])).split('\0'));
  await exclude(
    checkout,
    paths.filter((path) => !known.has(path)),
  );
  return [note];
}

/** Hides untracked paths from git in this checkout only. */
export async function exclude(checkout: string, paths: readonly string[]): Promise<void> {
  const lines = paths.map((path) => `/${path.replace(/[\\*?[\]!# ]/g, '\\$&')}\n`);
  await appendFile(join(checkout, '.git/info/exclude'), lines.join(''));
}

export function listed(paths: readonly string[], most = 8): string {
  const shown = paths.slice(0, most).map((path) => `\`${path.replaceAll('`', '')}\``);
  return paths.length > most ? `${shown.join(', ')} and ${paths.length - most} more` : shown.join(', ');
}

async function entriesIn(git: Git, masks: readonly string[], commit: string): Promise<Entry[]> {
  const listing = await git.run(['ls-tree', '-r', '-z', commit]);
  const names = masks.map(bare);
  return listing.split('\0').flatMap((line) => {
    const tab = line.indexOf('\t');
    const path = line.slice(tab + 1);
    const masked = tab !== -1 && names.some((name) => `/${path}/`.includes(`/${name}/`));
    return masked ? [{ path, what: line.slice(0, tab) }] : [];
  });
}

function bare(mask: string): string {
  return mask.replace(/^\/+|\/+$/g, '');
}
