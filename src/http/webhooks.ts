/** Where GitHub posts: verified on the raw bytes, on disk before the answer, worked on later. */
import { createSecretKey } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import type { Inbox } from '../store/inbox.ts';
import { readBody, release } from './body.ts';
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

interface Answer {
  status: 202 | 400 | 401 | 413 | 415 | 500 | 503;
  body: Record<string, string>;
}

/** GitHub sends nothing larger (docs: webhook payload cap). */
const largest = 25 * 2 ** 20;
const guidShape = /^[0-9a-zA-Z-]{1,100}$/;
const eventShape = /^[a-z_]{1,60}$/;
const addressShape = /^(https?:\/\/[^/?]+)?\/api\/github\/webhooks(\?|$)/i;

/** How long a sender that was refused may go on sending, so that it gets to read the answer. */
const runOut = 500;

export const isWebhook = ({ method, url }: IncomingMessage): boolean =>
  method === 'POST' && addressShape.test(url ?? '');

/** Works on Node's own messages: what a framework wraps around them costs as much as all the rest of a delivery. */
export function githubWebhooks({ secret, inbox, log, now, arrived, answered }: WebhookParts) {
  const key = createSecretKey(secret, 'utf8');

  const take = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<Answer> => {
    const { headers } = incoming;
    const refuse = (status: Answer['status'], reason: string): Answer => {
      log.warn({ delivery: header(headers, 'x-github-delivery'), status }, reason);
      return { status, body: { error: reason } };
    };
    if (!/^application\/json\b/i.test(headers['content-type'] ?? '')) {
      return refuse(415, 'Send application/json: set the content type of the webhook to JSON.');
    }
    const guid = header(headers, 'x-github-delivery');
    const event = header(headers, 'x-github-event');
    if (!guidShape.test(guid) || !eventShape.test(event)) {
      return refuse(400, 'X-GitHub-Delivery or X-GitHub-Event is missing or malformed.');
    }
    const body = await readBody(incoming, largest);
    if (!body.ok) return refuse(413, 'The delivery is larger than 25 MB.');
    if (!isSigned(key, body.bytes, header(headers, 'x-hub-signature-256'))) {
      return refuse(
        401,
        'The signature is missing or wrong: compare WEBHOOK_SECRET with the secret of the GitHub App.',
      );
    }
    if (!looksLikeObject(body.bytes)) return refuse(400, 'The body is not a JSON object.');
    try {
      const result = await inbox.add({ guid, source: 'github', event, body: body.bytes, receivedAt: now() });
      release(body.bytes);
      if (answered) outgoing.once('finish', answered);
      if (result === 'stored') arrived();
      return { status: 202, body: { delivery: guid, result } };
    } catch (error) {
      log.error({ err: error, delivery: guid }, 'a delivery could not be stored');
      return refuse(503, 'The delivery could not be stored; it can be redelivered.');
    }
  };

  return (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    take(incoming, outgoing)
      .catch((error: unknown): Answer => {
        // Nobody reads the answer to a delivery that broke off.
        log.error({ err: error, path: incoming.url }, 'a request failed');
        return { status: 500, body: { error: 'Something went wrong here; the log has it.' } };
      })
      .then(({ status, body }) => {
        const text = JSON.stringify(body);
        outgoing.writeHead(status, {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(text),
        });
        outgoing.end(text);
        if (!incoming.complete && !incoming.destroyed) letRunOut(incoming);
      });
  };
}

const header = (headers: IncomingHttpHeaders, name: string): string => String(headers[name] ?? '');

/** A look at both ends: reading it in full comes after it is on disk, where a signed body that is no JSON is given up. */
function looksLikeObject(bytes: Buffer): boolean {
  const text = bytes.subarray(0, 64).toString('latin1').trimStart();
  const end = bytes.subarray(-64).toString('latin1').trimEnd();
  return text.startsWith('{') && end.endsWith('}');
}

/** What still comes of a refused delivery is dropped; closing at once would take the answer from its sender. */
function letRunOut(incoming: IncomingMessage): void {
  const timer = setTimeout(() => incoming.destroy(), runOut);
  incoming.once('close', () => clearTimeout(timer));
  incoming.resume();
}
