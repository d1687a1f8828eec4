/** Names a build by what goes into it. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';

/** 16 hexadecimal digits over every file's path, executable bit and content, and the base image. */
export function contentHash(directory: string, base: string): string {
  const hash = createHash('sha256').update(`base ${base}\n`);
  for (const path of files(directory)) {
    const executable = (statSync(path).mode & 0o100) !== 0;
    const content = readFileSync(path);
    hash.update(`${relative(directory, path)}\0${executable}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex').slice(0, 16);
}

function files(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
