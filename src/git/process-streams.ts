/** What goes into a git process and what comes out, bounded. */
import type { ChildProcess } from 'node:child_process';
import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { GitCall } from './git-process.ts';

const STDERR_KEPT = 64 * 1024;

/** Writes input and credential. A process that ended early closes its side, which is no error here: its exit code says why. */
export function feed(child: ChildProcess, call: GitCall): void {
  if (call.credential) {
    const channel = child.stdio[3] as Writable;
    channel.on('error', () => {});
    channel.end(`username=${call.credential.username}\npassword=${call.credential.password}\n`);
  }
  if (call.input === undefined || !child.stdin) return;
  const source = call.input instanceof Readable ? call.input : Readable.from([call.input]);
  pipeline(source, child.stdin).catch(() => {});
}

/** Keeps the first `limit` bytes; `full` is called at the first byte past them. */
export function collect(stream: Readable | null, limit: number, full: () => void): () => Buffer {
  const chunks: Buffer[] = [];
  let size = 0;
  stream?.on('data', (chunk: Buffer) => {
    if (size >= limit && chunk.length > 0) full();
    const room = limit - size;
    if (room <= 0) return;
    chunks.push(chunk.subarray(0, room));
    size += chunk.length;
    if (size > limit) full();
  });
  return () => Buffer.concat(chunks);
}

/** Keeps the end, where git says why it failed. */
export function keepTail(stream: Readable | null): () => string {
  let kept = Buffer.alloc(0);
  stream?.on('data', (chunk: Buffer) => {
    kept = Buffer.concat([kept, chunk]).subarray(-STDERR_KEPT);
  });
  return () => kept.toString('utf8');
}
