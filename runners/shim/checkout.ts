/** The agent's checkout: its own repository that borrows every object from the read-only mirror. */
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createGit, type Git } from './git.ts';
import { masking, placeBase, sameConfiguration, writeMasks } from './masks.ts';
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
    ? await continueCheckout(assignment, git, path, env)
    : await createCheckout(assignment, settings, git, path, env);
  const head = known ? await git.run(['rev-parse', 'HEAD']) : assignment.checkout.start;
  await writeFile(complete, '');
  return { path, git, head, notes };
}

/** Laid out by hand and in one go, so that the one git process it takes is under way while the shim loads the rest. */
async function createCheckout(
  assignment: Assignment,
  settings: Settings,
  git: Git,
  path: string,
  env: NodeJS.ProcessEnv,
): Promise<string[]> {
  const { branch, start, base } = assignment.checkout;
  const own = join(path, '.git');
  rmSync(own, { recursive: true, force: true });
  for (const folder of ['objects/info', 'objects/pack', 'refs/heads', 'info'])
    mkdirSync(join(own, folder), { recursive: true });
  writeFileSync(join(own, 'HEAD'), `ref: refs/heads/${branch}\n`);
  writeFileSync(join(own, 'config'), configuration(assignment));
  writeFileSync(join(own, 'objects/info/alternates'), `${join(settings.mirror, 'objects')}\n`);
  writeFileSync(join(own, 'info/exclude'), '/.prlt/\n');
  writeRef(path, `refs/remotes/origin/${base.branch}`, base.sha);
  writeRef(path, `refs/heads/${branch}`, start);
  return fillTree(assignment, git, path, env, ['reset', '--hard', '--quiet']);
}

/** Lets git fill the working tree, but for what no agent may take configuration from. Returns what people should know. */
async function fillTree(
  { agent: { masks, maskedByBase }, checkout: { start, base } }: Assignment,
  git: Git,
  path: string,
  env: NodeJS.ProcessEnv,
  command: string[],
): Promise<string[]> {
  const allowed = maskedByBase === true && (await sameConfiguration(git, masks, start, base.sha));
  if (masks.length === 0 || allowed) {
    await git.run(command);
    return [];
  }
  await writeMasks(path, masks);
  await git.run([...masking, ...command]);
  return maskedByBase ? placeBase(git, path, env, masks, base.sha) : [];
}

/** Keeps the branch where it is, unless the run starts from newer commits than it has. */
async function continueCheckout(
  assignment: Assignment,
  git: Git,
  path: string,
  env: NodeJS.ProcessEnv,
): Promise<string[]> {
  const { branch, start, base } = assignment.checkout;
  await rm(join(path, '.git', 'index.lock'), { force: true });
  writeRef(path, `refs/remotes/origin/${base.branch}`, base.sha);
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
  const checkout = ['checkout', '--quiet', '--force', '-B', branch, start];
  return [...notes, ...(await fillTree(assignment, git, path, env, checkout))];
}

/** What `git init` would write, the remote and the identity. */
function configuration({ checkout: { origin, start }, git: { name, email } }: Assignment): string {
  const isSha256 = start.length === 64;
  return [
    '[core]',
    `\trepositoryformatversion = ${isSha256 ? 1 : 0}`,
    '\tfilemode = true',
    '\tbare = false',
    '\tlogallrefupdates = true',
    ...(isSha256 ? ['[extensions]', '\tobjectformat = sha256'] : []),
    '[remote "origin"]',
    `\turl = ${quoted(origin)}`,
    '\tfetch = +refs/heads/*:refs/remotes/origin/*',
    '[user]',
    `\tname = ${quoted(name)}`,
    `\temail = ${quoted(email)}`,
    '',
  ].join('\n');
}

function writeRef(path: string, ref: string, sha: string): void {
  const file = join(path, '.git', ref);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${sha}\n`);
}

/** A value as git's configuration files quote it. */
function quoted(value: string): string {
  return `"${value.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n').replaceAll('\t', '\\t')}"`;
}
