/** The one HTTP server: webhooks in, health out. */
import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { githubWebhooks, type WebhookParts } from './webhooks.ts';

export interface ServerParts extends WebhookParts {
  host: string;
  port: number;
  /** Sentences that say what is missing before work can be done; empty when nothing is. */
  missing: () => Promise<string[]>;
}

export interface HttpServer {
  /** Where it listens, `http://host:port`. */
  url: string;
  /** Accepts nothing new and waits for answers under way, at most two seconds. */
  close(): Promise<void>;
}

export async function startServer(parts: ServerParts): Promise<HttpServer> {
  const app = new Hono();
  app.post('/api/github/webhooks', githubWebhooks(parts));
  app.get('/healthz', (c) => c.json({ alive: true }));
  app.get('/readyz', async (c) => {
    const missing = await parts.missing();
    return c.json({ ready: missing.length === 0, missing }, missing.length === 0 ? 200 : 503);
  });
  app.notFound((c) => c.json({ error: `There is nothing at ${c.req.path}.` }, 404));
  app.onError((error, c) => {
    parts.log.error({ err: error, path: c.req.path }, 'a request failed');
    return c.json({ error: 'Something went wrong here; the log has it.' }, 500);
  });

  const { promise: listening, resolve, reject } = Promise.withResolvers<AddressInfo>();
  const server = serve({ fetch: app.fetch, hostname: parts.host, port: parts.port }, resolve);
  server.once('error', reject);
  const { port } = await listening;
  const host = parts.host.includes(':') ? `[${parts.host}]` : parts.host;
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
