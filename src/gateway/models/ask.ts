/** Asks the provider with the real key; one that was refused is read anew, and asked with once more when it has changed. */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { ModelProvider } from '#src/core/models.ts';
import { headersToProvider } from './headers.ts';
import type { Key } from './keys.ts';
import type { Upstream } from './upstream.ts';

export interface Question {
  method: string;
  /** With the query; follows the provider's address. */
  path: string;
  headers: IncomingHttpHeaders;
  body?: Buffer;
  signal: AbortSignal;
}

/** Rejects with `UpstreamError` or `KeyError`. */
export async function ask(
  { api, url }: ModelProvider,
  key: Key,
  upstream: Upstream,
  question: Question,
): Promise<IncomingMessage> {
  const { method, path, headers, body, signal } = question;
  const send = (secret: string | undefined): Promise<IncomingMessage> =>
    upstream.send({
      method,
      url: `${url}${path}`,
      headers: headersToProvider(headers, api, secret, body?.length),
      ...(body ? { body } : {}),
      signal,
    });

  const used = await key.current();
  const answer = await send(used);
  if (answer.statusCode !== 401 && answer.statusCode !== 403) return answer;
  // A source that cannot be read now does not hide the provider's own answer.
  const renewed = await key.renew().catch(() => used);
  if (renewed === used) return answer;
  answer.on('error', () => {});
  answer.resume();
  return send(renewed);
}
