/** One streamed model call: when its first byte of the body came, how many came, how long it took. */
import { Agent, type RequestOptions, request } from 'node:http';
import { join } from 'node:path';

export interface Streamed {
  /** Milliseconds from the request to the first byte of the body. */
  first: number;
  ms: number;
  bytes: number;
}

export type Way = Pick<RequestOptions, 'socketPath' | 'host' | 'port' | 'path' | 'agent'>;

export function direct(url: string): Way {
  const { hostname, port } = new URL(url);
  return { host: hostname, port, path: '/v1/messages', agent: new Agent({ keepAlive: true }) };
}

export function through(dir: string): Way {
  const path = '/models/anthropic/v1/messages';
  return { socketPath: join(dir, 'host.sock'), path, agent: new Agent({ keepAlive: true }) };
}

/** @param text what the conversation holds: bytes that are sent */
export function stream(way: Way, model: string, text: string): Promise<Streamed> {
  const body = JSON.stringify({
    model,
    stream: true,
    max_tokens: 1,
    messages: [{ role: 'user', content: text }],
  });
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
  return new Promise((resolve, reject) => {
    const began = performance.now();
    let first = Number.NaN;
    let bytes = 0;
    const req = request({ ...way, method: 'POST', headers }, (res) => {
      if (res.statusCode !== 200) return reject(new Error(`the call was answered with ${res.statusCode}`));
      res.on('data', (chunk: Buffer) => {
        if (bytes === 0) first = performance.now() - began;
        bytes += chunk.length;
      });
      res.on('error', reject);
      res.on('end', () => resolve({ first, ms: performance.now() - began, bytes }));
    });
    req.on('error', reject);
    req.end(body);
  });
}
