/** How much disk a directory takes, counted without leaving it and without end. */
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** More entries than this are not looked at: what was counted until then is the answer. */
const mostEntries = 200_000;
/** lstat(2) counts blocks of 512 bytes whatever the file system's own size is. */
const block = 512;

/** Bytes on disk under `root`; links are not followed, and what vanishes meanwhile counts nothing. */
export async function diskUsage(root: string): Promise<number> {
  let bytes = 0;
  let entries = 0;
  const open = [root];
  for (let dir = open.pop(); dir !== undefined && entries < mostEntries; dir = open.pop()) {
    const found = await readdir(dir, { withFileTypes: true }).catch(() => []);
    entries += found.length;
    const sizes = await Promise.all(
      found.map((entry) => {
        const path = join(dir, entry.name);
        if (entry.isDirectory()) open.push(path);
        return lstat(path).then(
          ({ blocks }) => blocks * block,
          () => 0,
        );
      }),
    );
    bytes += sizes.reduce((sum, size) => sum + size, 0);
  }
  return bytes;
}
