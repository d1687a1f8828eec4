/** Reads a request's body into memory, with an end to its size and to its time. */
import type { IncomingMessage } from 'node:http';
import type { Refusal } from './answer.ts';

export type Body = { kind: 'body'; bytes: Buffer } | { kind: 'gone' } | ({ kind: 'refused' } & Refusal);

/** `gone`: the other side hung up. Never rejects. */
export function readBody(req: IncomingMessage, limits: { bytes: number; ms: number }): Promise<Body> {
  const tooLarge: Body = {
    kind: 'refused',
    status: 413,
    reason: `The body is larger than ${limits.bytes} bytes; send it in parts.`,
  };
  if (Number(req.headers['content-length'] ?? 0) > limits.bytes) return Promise.resolve(tooLarge);
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const settle = (body: Body): void => {
      clearTimeout(timer);
      req.off('data', take);
      req.pause();
      resolve(body);
    };
    const take = (chunk: Buffer): void => {
      size += chunk.length;
      if (size > limits.bytes) settle(tooLarge);
      else chunks.push(chunk);
    };
    const timer = setTimeout(
      () =>
        settle({ kind: 'refused', status: 408, reason: `The body did not arrive within ${limits.ms} ms.` }),
      limits.ms,
    );
    req.on('data', take);
    req.once('end', () => settle({ kind: 'body', bytes: Buffer.concat(chunks) }));
    req.once('close', () => settle({ kind: 'gone' }));
    req.once('error', () => settle({ kind: 'gone' }));
  });
}
