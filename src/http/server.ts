/** The one HTTP server: webhooks in, health and metrics out. */
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import { type HttpServer, listen } from './listen.ts';
import { githubWebhooks, isWebhook, type WebhookParts } from './webhooks.ts';

export interface ServerParts extends WebhookParts {
  host: string;
  port: number;
  /** Sentences that say what is missing before work can be done; empty when nothing is. */
  missing: () => Promise<string[]>;
  /** Sentences about what was given up for the sake of the rest; none of it keeps the service from working. */
  setAside?: () => Promise<string[]>;
  /** Sentences about work that waits for the operator, while all else goes on. */
  waiting?: () => Promise<string[]>;
  metrics?: { contentType: string; text(): Promise<string> };
}

export type { HttpServer };

export async function startServer(parts: ServerParts): Promise<HttpServer> {
  const app = new Hono();
  app.get('/healthz', (c) => c.json({ alive: true }));
  app.get('/readyz', async (c) => {
    const missing = await parts.missing();
    const aside = (await parts.setAside?.()) ?? [];
    const waiting = (await parts.waiting?.()) ?? [];
    const body = {
      ready: missing.length === 0,
      missing,
      ...(aside.length > 0 ? { setAside: aside } : {}),
      ...(waiting.length > 0 ? { waiting } : {}),
    };
    return c.json(body, missing.length === 0 ? 200 : 503);
  });
  const { metrics } = parts;
  if (metrics) {
    app.get('/metrics', async (c) =>
      c.body(await metrics.text(), 200, { 'content-type': metrics.contentType }),
    );
  }
  app.notFound((c) => c.json({ error: `There is nothing at ${c.req.path}.` }, 404));
  app.onError((error, c) => {
    parts.log.error({ err: error, path: c.req.path }, 'a request failed');
    return c.json({ error: 'Something went wrong here; the log has it.' }, 500);
  });

  const webhooks = githubWebhooks(parts);
  const others = getRequestListener(app.fetch);
  return listen(
    (incoming, outgoing) =>
      isWebhook(incoming) ? webhooks(incoming, outgoing) : void others(incoming, outgoing),
    parts.host,
    parts.port,
  );
}
