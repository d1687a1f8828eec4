/** Listens, and stops listening without hanging on clients that keep their connection open. */
import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';

export interface HttpServer {
  /** Where it listens, `http://host:port`. */
  url: string;
  /** Accepts nothing new and waits for answers under way, at most two seconds. */
  close(): Promise<void>;
}

/** Rejects when the port cannot be had. */
export async function listen(
  fetch: Parameters<typeof serve>[0]['fetch'],
  hostname: string,
  wanted: number,
): Promise<HttpServer> {
  const { promise: listening, resolve, reject } = Promise.withResolvers<AddressInfo>();
  const server = serve({ fetch, hostname, port: wanted }, resolve);
  server.once('error', reject);
  const { port } = await listening;
  const host = hostname.includes(':') ? `[${hostname}]` : hostname;
  return {
    url: `http://${host}:${port}`,
    close: async () => {
      const { promise: closed, resolve: done } = Promise.withResolvers<void>();
      server.close(() => done());
      const timer = setTimeout(() => 'closeAllConnections' in server && server.closeAllConnections(), 2_000);
      if ('closeIdleConnections' in server) server.closeIdleConnections();
      await closed;
      clearTimeout(timer);
    },
  };
}
