/** Where a run's socket lies: names, modes, and the check that the path fits into a socket address. */
import { createHash } from 'node:crypto';
import { chmod, lstat, mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { socketName } from '#runners/shim/protocol.ts';

/** `sun_path` has 108 bytes on Linux and 104 elsewhere (unix(7)); under 100 leaves room for both. */
const pathLimit = 100;

export interface SocketPlace {
  dir: string;
  path: string;
}

/** Directory name of a run: short, so that the path fits, and free of anything a path could trip over. */
export function shortName(run: string): string {
  return createHash('sha256').update(run).digest('hex').slice(0, 12);
}

/** Throws a sentence for the operator when the path is too long for a socket address. */
export function socketPlace(parent: string, run: string): SocketPlace {
  const dir = join(parent, shortName(run));
  const path = join(dir, socketName);
  const bytes = Buffer.byteLength(path);
  if (bytes >= pathLimit) {
    throw new Error(
      `The socket path ${path} has ${bytes} bytes, and a socket address takes fewer than ${pathLimit}. ` +
        `Choose a shorter data directory (PRLT_DATA_DIR): ${bytes - pathLimit + 1} bytes less are enough.`,
    );
  }
  return { dir, path };
}

/**
 * Makes the run's directory, or keeps the one that is there: a container has it mounted by inode. The parent is closed
 * to others; whoever has the directory mounted may pass through it but not list it. A socket of an earlier life goes.
 */
export async function preparePlace(parent: string, place: SocketPlace): Promise<void> {
  await mkdir(parent, { recursive: true, mode: 0o700 });
  await chmod(parent, 0o700);
  await mkdir(place.dir, { recursive: true });
  if (!(await lstat(place.dir)).isDirectory()) {
    throw new Error(`${place.dir} is not a directory; remove it and start again.`);
  }
  await chmod(place.dir, 0o711);
  await rm(place.path, { force: true });
}

/** Removes directories of runs that nobody keeps any more; returns how many. Only names that a run could have are touched. */
export async function sweepPlaces(parent: string, keep: string[]): Promise<number> {
  const kept = new Set(keep.map(shortName));
  const names = await readdir(parent).catch(() => []);
  const stale = names.filter((name) => /^[0-9a-f]{12}$/.test(name) && !kept.has(name));
  for (const name of stale) await rm(join(parent, name), { recursive: true, force: true });
  return stale.length;
}
