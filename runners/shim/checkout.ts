/** The agent's checkout: its own repository that borrows every object from the read-only mirror. */
import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { contentNotes } from './checkout-notes.ts';
import { createGit, type Git } from './git.ts';
import type { Assignment } from './protocol.ts';
import type { Settings } from './settings.ts';

export interface Checkout {
  path: string;
  git: Git;
}

export function checkoutPath(settings: Settings): string {
  return join(settings.work, 'repo');
}

/**
 * Makes the checkout, or goes on with the one of an earlier run in this workspace. Returns what people should know.
 * The mirror belongs to another user, whose repositories git refuses to open: only its objects are named.
 */
export async function prepareCheckout(
  assignment: Assignment,
  settings: Settings,
  env: NodeJS.ProcessEnv,
): Promise<Checkout & { head: string; notes: string[] }> {
  const path = checkoutPath(settings);
  const git = createGit(path, env);
  // Written last: a checkout without it was cut short and is made again.
  const complete = join(path, '.git', 'prlt-complete');
  const known = existsSync(complete);
  const notes = known
    ? await continueCheckout(assignment, git, path)
    : await createCheckout(assignment, settings, git, path);
  const head = known ? await git.run(['rev-parse', 'HEAD']) : assignment.checkout.start;
  await writeFile(complete, '');
  return { path, git, head, notes: [...notes, ...(await contentNotes(git, path))] };
}

async function createCheckout(
  assignment: Assignment,
  settings: Settings,
  git: Git,
  path: string,
): Promise<string[]> {
  const { branch, start } = assignment.checkout;
  await rm(join(path, '.git'), { recursive: true, force: true });
  await mkdir(path, { recursive: true });
  const format = start.length === 64 ? ['--object-format=sha256'] : [];
  await git.run(['init', '--quiet', '--template=', `--initial-branch=${branch}`, ...format]);
  await point(assignment, settings, path);
  await writeRef(path, `refs/heads/${branch}`, start);
  await git.run(['reset', '--hard', '--quiet']);
  return [];
}

/** Keeps the branch where it is, unless the run starts from newer commits than it has. */
async function continueCheckout(assignment: Assignment, git: Git, path: string): Promise<string[]> {
  const { branch, start, base } = assignment.checkout;
  await rm(join(path, '.git', 'index.lock'), { force: true });
  await writeRef(path, `refs/remotes/origin/${base.branch}`, base.sha);
  const tip = await git.ask(['rev-parse', '--verify', '--quiet', `refs/heads/${branch}^{commit}`]);
  if (tip !== undefined && (await git.ask(['merge-base', '--is-ancestor', start, tip])) !== undefined)
    return [];
  const notes: string[] = [];
  if (tip !== undefined && (await git.ask(['merge-base', '--is-ancestor', tip, start])) === undefined) {
    const kept = `refs/prlt/kept/${tip.slice(0, 12)}`;
    await git.run(['update-ref', kept, tip]);
    notes.push(
      `The branch had moved apart from ${start.slice(0, 12)}, where this run starts: its old tip is kept as ${kept}.`,
    );
  }
  await git.run(['checkout', '--quiet', '--force', '-B', branch, start]);
  return notes;
}

async function point(assignment: Assignment, settings: Settings, path: string): Promise<void> {
  const { origin, base } = assignment.checkout;
  const { name, email } = assignment.git;
  const config = [
    '[remote "origin"]',
    `\turl = ${quoted(origin)}`,
    '\tfetch = +refs/heads/*:refs/remotes/origin/*',
    '[user]',
    `\tname = ${quoted(name)}`,
    `\temail = ${quoted(email)}`,
    '',
  ].join('\n');
  const info = join(path, '.git', 'objects', 'info');
  await mkdir(info, { recursive: true });
  await mkdir(join(path, '.git', 'info'), { recursive: true });
  await writeFile(join(info, 'alternates'), `${join(settings.mirror, 'objects')}\n`);
  await writeFile(join(path, '.git', 'info', 'exclude'), '/.prlt/\n');
  await writeFile(join(path, '.git', 'config'), config, { flag: 'a' });
  await writeRef(path, `refs/remotes/origin/${base.branch}`, base.sha);
}

async function writeRef(path: string, ref: string, sha: string): Promise<void> {
  const file = join(path, '.git', ref);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `${sha}\n`);
}

/** A value as git's configuration files quote it. */
function quoted(value: string): string {
  return `"${value.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n').replaceAll('\t', '\\t')}"`;
}
