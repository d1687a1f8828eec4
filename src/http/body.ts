/** Reads a request body up to a cap, without ever holding more than the cap. */
import type { IncomingMessage } from 'node:http';

export type Body = { ok: true; bytes: Buffer } | { ok: false };

/** From Node's own message: a web stream around it costs more than all the rest of a delivery. Rejects when it breaks off. */
export function readBody(incoming: IncomingMessage, cap: number): Promise<Body> {
  if (Number(incoming.headers['content-length'] ?? 0) > cap) return Promise.resolve({ ok: false });
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    let size = 0;
    const onData = (part: Buffer) => {
      size += part.length;
      parts.push(part);
      if (size <= cap) return;
      incoming.off('data', onData).pause();
      resolve({ ok: false });
    };
    incoming.on('data', onData);
    incoming.once('end', () =>
      resolve({ ok: true, bytes: parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts) }),
    );
    incoming.once('error', reject);
    incoming.once('close', () => reject(new Error('the request broke off')));
  });
}

/**
 * Gives the memory of a body back now; it is empty afterwards. Some thousand of them that wait for the garbage collector
 * make it stop the process for milliseconds. Memory that is shared with others stays.
 */
export function release(bytes: Buffer): void {
  const { buffer } = bytes;
  if (buffer instanceof ArrayBuffer && buffer.byteLength === bytes.length) buffer.transfer(0);
}
