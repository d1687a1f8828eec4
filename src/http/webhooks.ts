/** Where GitHub posts: verified on the raw bytes, on disk before the answer, worked on later. */
import type { HttpBindings } from '@hono/node-server';
import type { Context as HonoContext } from 'hono';
import type { Logger } from 'pino';
import type { Inbox } from '../store/inbox.ts';
import { readBody } from './body.ts';
import { isSigned } from './signature.ts';

export interface WebhookParts {
  secret: string;
  inbox: Inbox;
  log: Logger;
  now: () => number;
  /** Called once a new delivery is on disk, and once its answer is out. */
  arrived: () => void;
  answered?: () => void;
}

/** GitHub sends nothing larger (docs: webhook payload cap). */
const largest = 25 * 2 ** 20;
const guidShape = /^[0-9a-zA-Z-]{1,100}$/;
const eventShape = /^[a-z_]{1,60}$/;

export function githubWebhooks({ secret, inbox, log, now, arrived, answered }: WebhookParts) {
  return async (c: HonoContext<{ Bindings: HttpBindings }>): Promise<Response> => {
    const refuse = (status: 400 | 401 | 413 | 415 | 503, reason: string) => {
      log.warn({ delivery: c.req.header('x-github-delivery'), status }, reason);
      return c.json({ error: reason }, status);
    };
    if (!/^application\/json\b/i.test(c.req.header('content-type') ?? '')) {
      return refuse(415, 'Send application/json: set the content type of the webhook to JSON.');
    }
    const guid = c.req.header('x-github-delivery') ?? '';
    const event = c.req.header('x-github-event') ?? '';
    if (!guidShape.test(guid) || !eventShape.test(event)) {
      return refuse(400, 'X-GitHub-Delivery or X-GitHub-Event is missing or malformed.');
    }
    const body = await readBody(c.env.incoming, largest);
    if (!body.ok) return refuse(413, 'The delivery is larger than 25 MB.');
    if (!isSigned(secret, body.bytes, c.req.header('x-hub-signature-256'))) {
      return refuse(
        401,
        'The signature is missing or wrong: compare WEBHOOK_SECRET with the secret of the GitHub App.',
      );
    }
    if (!looksLikeObject(body.bytes)) return refuse(400, 'The body is not a JSON object.');
    try {
      const result = await inbox.add({ guid, source: 'github', event, body: body.bytes, receivedAt: now() });
      if (answered) c.env.outgoing.once('finish', answered);
      if (result === 'stored') arrived();
      return c.json({ delivery: guid, result }, 202);
    } catch (error) {
      log.error({ err: error, delivery: guid }, 'a delivery could not be stored');
      return refuse(503, 'The delivery could not be stored; it can be redelivered.');
    }
  };
}

/** A look at both ends: reading it in full comes after it is on disk, where a signed body that is no JSON is given up. */
function looksLikeObject(bytes: Buffer): boolean {
  const text = bytes.subarray(0, 64).toString('latin1').trimStart();
  const end = bytes.subarray(-64).toString('latin1').trimEnd();
  return text.startsWith('{') && end.endsWith('}');
}
