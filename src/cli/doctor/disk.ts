/** Room for mirrors, checkouts and images, and whether the data directory can be written. */
import { access, constants, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { broken, type Finding, ok, reasonOf, weak } from './finding.ts';

const GiB = 2 ** 30;
/** What one run may fill unless its repository says otherwise (`limits.disk`). */
const usualRun = 10 * GiB;

/** @param watermark bytes below which nothing new starts (`PRLT_MIN_DISK`) */
export function judgeDisk(of: { check: string; path: string; free: number; watermark: number }): Finding {
  const says = `${(of.free / GiB).toFixed(1)} GiB are free at ${of.path}`;
  if (of.free < of.watermark) {
    return broken(
      of.check,
      `${says}: below PRLT_MIN_DISK nothing new starts.`,
      'Free some, or use another disk.',
    );
  }
  if (of.free < usualRun) {
    return weak(
      of.check,
      `${says}: one run may use 10 GiB (limits.disk).`,
      'Free some, or use a larger disk.',
    );
  }
  return ok(of.check, says);
}

async function room(check: string, path: string, watermark: number): Promise<Finding> {
  try {
    const { bavail, bsize } = await statfs(path);
    return judgeDisk({ check, path, free: bavail * bsize, watermark });
  } catch (error) {
    // The engine's directory is often closed to others, or on another machine.
    return weak(check, `The room at ${path} cannot be seen: ${reasonOf(error)}.`, 'Look at it there.');
  }
}

/** @param dataDir where it is missing, the directory that prlt would make it in is looked at: nothing is made here */
export async function checkDisk(
  dataDir: string,
  engineDir: string | undefined,
  watermark: number,
): Promise<Finding[]> {
  const there = await nearest(dataDir);
  try {
    await access(there, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    const todo = 'Give it to the user that runs prlt, or set PRLT_DATA_DIR.';
    return [broken('data', `The data directory ${dataDir} cannot be used: ${reasonOf(error)}.`, todo)];
  }
  return Promise.all([
    room('data', there, watermark),
    ...(engineDir === undefined ? [] : [room('engine disk', engineDir, watermark)]),
  ]);
}

async function nearest(path: string): Promise<string> {
  const isThere = await access(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => error.code !== 'ENOENT',
  );
  return isThere || path === dirname(path) ? path : nearest(dirname(path));
}
