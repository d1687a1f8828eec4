/** Listens, and stops listening without hanging on clients that keep their connection open. */
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface HttpServer {
  /** Where it listens, `http://host:port`. */
  url: string;
  /** Where a browser on this machine finds it: all addresses at once are none that one could open. */
  local: string;
  /** Accepts nothing new and waits for answers under way, at most two seconds. */
  close(): Promise<void>;
}

const loopbacks: Record<string, string> = { '0.0.0.0': '127.0.0.1', '::': '::1' };

const inUrl = (hostname: string): string => (hostname.includes(':') ? `[${hostname}]` : hostname);

/** Rejects when the port cannot be had. */
export async function listen(
  listener: RequestListener,
  hostname: string,
  wanted: number,
): Promise<HttpServer> {
  const server = createServer(listener).listen(wanted, hostname);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${inUrl(hostname)}:${port}`,
    local: `http://${inUrl(loopbacks[hostname] ?? hostname)}:${port}`,
    close: async () => {
      const { promise: closed, resolve: done } = Promise.withResolvers<void>();
      server.close(() => done());
      const timer = setTimeout(() => server.closeAllConnections(), 2_000);
      server.closeIdleConnections();
      await closed;
      clearTimeout(timer);
    },
  };
}
