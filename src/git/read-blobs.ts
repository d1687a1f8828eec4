/** The contents of many blobs, a bounded number of bytes at a time. */
import type { GitCall } from './git-process.ts';
import type { Workbench } from './unpack.ts';

/** Bytes that one call of git answers; a larger blob comes alone. */
const batchBytes = 16 * 2 ** 20;

export type BlobSource = Pick<Workbench, 'git' | 'gitDir'> & Pick<GitCall, 'limits' | 'signal'>;

/** In the order of `blobs`, whose sizes in bytes are as git told them. */
export async function* readBlobs(
  { git, gitDir, ...bounds }: BlobSource,
  blobs: readonly { oid: string; bytes: number }[],
): AsyncGenerator<{ oid: string; content: Buffer }> {
  for (let from = 0; from < blobs.length; ) {
    let to = from + 1;
    let sum = blobs[from]?.bytes ?? 0;
    while (to < blobs.length && sum + (blobs[to]?.bytes ?? 0) <= batchBytes) sum += blobs[to++]?.bytes ?? 0;
    const batch = blobs.slice(from, to);
    const { stdout } = await git.run({
      gitDir,
      args: ['cat-file', '--batch', '--buffer'],
      input: batch.map(({ oid }) => `${oid}\n`).join(''),
      ...bounds,
      maxOutput: sum + batch.length * 128,
    });
    let at = 0;
    for (const { oid, bytes } of batch) {
      const body = stdout.indexOf('\n', at) + 1;
      yield { oid, content: stdout.subarray(body, body + bytes) };
      at = body + bytes + 1;
    }
    from = to;
  }
}
