/** Which requests of a provider's API a run may make; files, batches, images and all else would be ways out of the box. */
import type { ModelProvider } from '#src/core/models.ts';

/** How request and response of a call are written. */
export type Form = 'messages' | 'responses' | 'chat';

/** `billed`: tokens are generated and paid for. `path` begins with a slash and follows the provider's address. */
export interface CallEndpoint {
  kind: 'call';
  path: string;
  form: Form;
  billed: boolean;
}

/** `hello` is answered here; `list` has no body. */
export type Endpoint = { kind: 'hello' } | { kind: 'list'; path: string } | CallEndpoint;

const modelId = /^\/models(\/[A-Za-z0-9][A-Za-z0-9._:@-]{0,127})?$/;

/** @param path what follows `/models/<provider>`, without the query */
export function endpointOf(
  api: ModelProvider['api'],
  method: string | undefined,
  path: string,
): Endpoint | undefined {
  return api === 'anthropic' ? anthropicEndpoint(method, path) : openaiEndpoint(method, path);
}

function anthropicEndpoint(method: string | undefined, path: string): Endpoint | undefined {
  if (path === '/api/hello' && (method === 'HEAD' || method === 'GET')) return { kind: 'hello' };
  if (method === 'GET' && path.startsWith('/v1') && modelId.test(path.slice(3)))
    return { kind: 'list', path };
  if (method !== 'POST') return undefined;
  if (path === '/v1/messages') return { kind: 'call', path, form: 'messages', billed: true };
  if (path === '/v1/messages/count_tokens') return { kind: 'call', path, form: 'messages', billed: false };
  return undefined;
}

/** The base URL of these clients ends in `/v1` or not, as they like. */
function openaiEndpoint(method: string | undefined, given: string): Endpoint | undefined {
  const path = given.startsWith('/v1/') ? given.slice(3) : given;
  if (method === 'GET' && modelId.test(path)) return { kind: 'list', path };
  if (method !== 'POST') return undefined;
  if (path === '/responses') return { kind: 'call', path, form: 'responses', billed: true };
  if (path === '/chat/completions') return { kind: 'call', path, form: 'chat', billed: true };
  return undefined;
}

const queryNames = new Set(['beta', 'limit', 'after', 'after_id', 'before_id']);

/** The query with what these endpoints know, `?` included; empty when nothing is left. */
export function queryOf(given: URLSearchParams): string {
  const kept = [...given].filter(([name, value]) => queryNames.has(name) && value.length <= 200);
  return kept.length === 0 ? '' : `?${new URLSearchParams(kept)}`;
}
