/** One plain-http request of a run passed on to a place that it may reach: GET and HEAD, without a body. */
import { type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { endToEnd } from './hop-headers.ts';
import type { CorporateProxy } from './proxies.ts';

/** What of a request for a body, an upgrade or another host is not passed on. */
const dropped = ['host', 'content-length', 'expect', 'forwarded', 'x-forwarded-for', 'via'];

export interface PlainRequest {
  req: IncomingMessage;
  res: ServerResponse;
  /** A connection to the place, or to the proxy that reads the request. */
  socket: Socket;
  proxy: CorporateProxy | undefined;
  idleMs: number;
  signal: AbortSignal;
}

/** Rejects when there is no answer; with a part of one, the response is cut. Redirects go to the client. */
export async function passOn({ req, res, socket, proxy, idleMs, signal }: PlainRequest): Promise<number> {
  const url = new URL(req.url ?? '');
  const headers = [...endToEnd(req, dropped), 'Host', url.host, 'Connection', 'close'];
  if (proxy?.authorization) headers.push('Proxy-Authorization', proxy.authorization);
  const path = `${url.pathname}${url.search}`;
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const outgoing = request({
      method: req.method,
      path: proxy ? `http://${url.host}${path}` : path,
      headers,
      createConnection: () => socket,
      signal,
    });
    outgoing.on('response', resolve);
    outgoing.on('error', reject);
    outgoing.setTimeout(idleMs, () => outgoing.destroy(new Error('no answer came')));
    outgoing.end();
  });
  res.writeHead(answer.statusCode ?? 502, endToEnd(answer));
  let bytes = 0;
  answer.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
  });
  // The headers are out: an answer that breaks off can only be cut off too.
  await pipeline(answer, res).catch(() => res.destroy());
  return bytes;
}
