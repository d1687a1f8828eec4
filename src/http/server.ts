/** The one HTTP server: webhooks in, health out. */
import type { HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import { type HttpServer, listen } from './listen.ts';
import { githubWebhooks, type WebhookParts } from './webhooks.ts';

export interface ServerParts extends WebhookParts {
  host: string;
  port: number;
  /** Sentences that say what is missing before work can be done; empty when nothing is. */
  missing: () => Promise<string[]>;
}

export type { HttpServer };

export async function startServer(parts: ServerParts): Promise<HttpServer> {
  const app = new Hono<{ Bindings: HttpBindings }>();
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

  return listen(app.fetch, parts.host, parts.port);
}
