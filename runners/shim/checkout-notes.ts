/** What a checkout leaves out, said once on the item. */
import { existsSync } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Git } from './git.ts';
import { maskNote } from './masks.ts';

const gitlinkMode = '160000';
const leftOut = 'S ';
const letter = 2;

/** Notes about Git LFS pointers, submodules and masked paths, found in the index. */
export async function contentNotes(git: Git, path: string): Promise<string[]> {
  // A letter before each entry says when the working tree leaves it out.
  const listing = git.stream(['ls-files', '--stage', '-t']);
  listing.stderr.resume();
  let gitlinks = 0;
  const attributes: string[] = [];
  const masked: string[] = [];
  for await (const line of createInterface({ input: listing.stdout })) {
    const name = line.slice(line.indexOf('\t') + 1);
    if (line.startsWith(leftOut)) masked.push(name);
    else if (line.startsWith(gitlinkMode, letter)) gitlinks += 1;
    else if (name === '.gitattributes' || name.endsWith('/.gitattributes')) attributes.push(name);
  }
  const notes = maskNote(masked.filter((name) => !existsSync(join(path, name))));
  if (await anyUsesLfs(path, attributes)) notes.push('Files kept in Git LFS are left as pointers.');
  if (gitlinks > 0)
    notes.push(`${gitlinks === 1 ? 'One submodule is' : `${gitlinks} submodules are`} left empty.`);
  return notes;
}

async function anyUsesLfs(path: string, attributes: string[]): Promise<boolean> {
  for (const name of attributes) {
    const content = await readSmall(join(path, name));
    if (/^[^#\n]*\bfilter=lfs\b/m.test(content)) return true;
  }
  return false;
}

async function readSmall(path: string): Promise<string> {
  const file = await open(path).catch(() => undefined);
  if (!file) return '';
  try {
    const { size } = await file.stat();
    return size > 1024 * 1024 ? '' : await readFile(file, 'utf8');
  } finally {
    await file.close();
  }
}
