/** Takes the bundle that a run sends and puts it on disk whole, or not at all. */
import { createWriteStream } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** `interrupted`: the sender went away. `no_space`: this machine's fault, worth another try. */
export type ReceiveAnswer =
  | { kind: 'stored'; bytes: number }
  | { kind: 'refused'; code: 'too_large' | 'interrupted' | 'no_space'; sentence: string };

const BUNDLE = 'branch.bundle';

export function bundlePath(folder: string): string {
  return join(folder, BUNDLE);
}

/** Consumes or destroys `stream`. An earlier bundle in `folder` is replaced only by a complete one. */
export async function receiveBundle(
  folder: string,
  stream: Readable,
  maxBytes: number,
): Promise<ReceiveAnswer> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const incoming = join(folder, `${BUNDLE}.${process.hrtime.bigint()}.part`);
  let bytes = 0;
  let over = false;
  const meter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      over = bytes > maxBytes;
      done(over ? new RangeError('bundle over its cap') : null, chunk);
    },
  });
  try {
    await pipeline(stream, meter, createWriteStream(incoming, { mode: 0o600, flush: true }));
    await rename(incoming, bundlePath(folder));
    await syncFolder(folder);
    return { kind: 'stored', bytes };
  } catch (error) {
    await rm(incoming, { force: true });
    if (over) {
      return {
        kind: 'refused',
        code: 'too_large',
        sentence: `The branch is over the limit of ${maxBytes} bytes.`,
      };
    }
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOSPC' || code === 'EDQUOT') {
      return { kind: 'refused', code: 'no_space', sentence: 'The service has no space left for the branch.' };
    }
    if (stream.errored || stream.destroyed) {
      return { kind: 'refused', code: 'interrupted', sentence: 'The branch did not arrive completely.' };
    }
    throw error;
  }
}

/** Without this the rename may be lost with the power. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
