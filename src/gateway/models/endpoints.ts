/** Which requests of a provider's API a run may make; files, batches, images and all else would be ways out of the box. */
import type { ModelProvider } from '#src/core/models.ts';

/** How request and response of a call are written. */
export type Form = 'messages' | 'responses' | 'chat' | 'gemini';

/** `billed`: tokens are generated and paid for. `path` begins with a slash and follows the provider's address. */
export interface CallEndpoint {
  kind: 'call';
  path: string;
  form: Form;
  billed: boolean;
  /** Where the path names it and not the body. */
  model?: string;
}

/** `hello` is answered here; `list` has no body. */
export type Endpoint = { kind: 'hello' } | { kind: 'list'; path: string } | CallEndpoint;

const modelId = /^\/models(\/[A-Za-z0-9][A-Za-z0-9._:@-]{0,127})?$/;

/**
 * @param path what follows `/models/<provider>`, without the query
 * @param query what {@link queryOf} leaves of it
 */
export function endpointOf(
  api: ModelProvider['api'],
  method: string | undefined,
  path: string,
  query: string,
): Endpoint | undefined {
  if (api === 'gemini') return geminiEndpoint(method, path, query);
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

const geminiCall =
  /^\/v1beta\/models\/([A-Za-z0-9][A-Za-z0-9._-]{0,127}):(generateContent|streamGenerateContent|countTokens)$/;
/** Models that answer in pictures or speech, which have prices of their own. */
const otherMedia = /-(image|tts|audio|live)(-|$)/;

/** The model is in the path (ai.google.dev/api/generate-content). A stream without `alt=sse` is one long JSON list. */
function geminiEndpoint(method: string | undefined, path: string, query: string): Endpoint | undefined {
  if (method === 'GET' && path.startsWith('/v1beta') && modelId.test(path.slice(7))) {
    return { kind: 'list', path };
  }
  const [, model = '', action] = (method === 'POST' && geminiCall.exec(path)) || [];
  if (action === undefined || otherMedia.test(model)) return undefined;
  if (action === 'streamGenerateContent' && !query.includes('alt=sse')) return undefined;
  return { kind: 'call', path, form: 'gemini', billed: action !== 'countTokens', model };
}

const queryNames = new Set(['beta', 'limit', 'after', 'after_id', 'before_id', 'pageSize', 'pageToken']);

/** The query with what these endpoints know, `?` included; empty when nothing is left. */
export function queryOf(given: URLSearchParams): string {
  const kept = [...given].filter(
    ([name, value]) => (queryNames.has(name) && value.length <= 200) || (name === 'alt' && value === 'sse'),
  );
  return kept.length === 0 ? '' : `?${new URLSearchParams(kept)}`;
}
