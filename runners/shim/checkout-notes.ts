/** What a checkout leaves out, said once on the item. */
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Git } from './git.ts';

const gitlinkMode = '160000';

/** Notes about Git LFS pointers and submodules, found in the index. */
export async function contentNotes(git: Git, path: string): Promise<string[]> {
  const listing = git.stream(['ls-files', '--stage']);
  listing.stderr.resume();
  let gitlinks = 0;
  const attributes: string[] = [];
  for await (const line of createInterface({ input: listing.stdout })) {
    const name = line.slice(line.indexOf('\t') + 1);
    if (line.startsWith(gitlinkMode)) gitlinks += 1;
    else if (name === '.gitattributes' || name.endsWith('/.gitattributes')) attributes.push(name);
  }
  const notes: string[] = [];
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
