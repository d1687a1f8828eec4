/** Which headers pass between a run and a provider: those that are named here, and no others. */
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import type { ModelProvider } from '#src/core/models.ts';

/** Credentials, cookies, organisations, forwarding and connection headers are not here, so they stay in the box. */
const asked = new Set([
  'accept',
  'user-agent',
  'anthropic-version',
  'anthropic-beta',
  'openai-beta',
  'originator',
  'session_id',
  'session-id',
  'conversation_id',
  'thread-id',
  'idempotency-key',
  'x-app',
  'x-client-request-id',
]);
const answered = new Set([
  'content-type',
  'content-length',
  'cache-control',
  'retry-after',
  'retry-after-ms',
  'x-should-retry',
  'request-id',
  'x-request-id',
  'openai-model',
  'openai-version',
  'openai-processing-ms',
  'x-reasoning-included',
]);
const askedGroups = /^x-stainless-/;
const answeredGroups = /^(anthropic-ratelimit-|x-ratelimit-)/;

/** The request's headers with the real key in place of whatever the box sent. */
export function headersToProvider(
  from: IncomingHttpHeaders,
  api: ModelProvider['api'],
  key: string | undefined,
  bodyBytes: number | undefined,
): OutgoingHttpHeaders {
  const headers: OutgoingHttpHeaders = {};
  for (const [name, value] of Object.entries(from)) {
    if (typeof value === 'string' && (asked.has(name) || askedGroups.test(name))) headers[name] = value;
  }
  if (bodyBytes !== undefined) {
    headers['content-type'] = 'application/json';
    headers['content-length'] = bodyBytes;
  }
  // Usage is read from the bytes as they pass.
  headers['accept-encoding'] = 'identity';
  if (api === 'anthropic') headers['anthropic-version'] ??= '2023-06-01';
  if (key !== undefined && api === 'anthropic') headers['x-api-key'] = key;
  if (key !== undefined && api === 'openai') headers['authorization'] = `Bearer ${key}`;
  if (key !== undefined && api === 'gemini') headers['x-goog-api-key'] = key;
  return headers;
}

export function headersToRun(from: IncomingHttpHeaders): OutgoingHttpHeaders {
  const headers: OutgoingHttpHeaders = {};
  for (const [name, value] of Object.entries(from)) {
    if (value !== undefined && (answered.has(name) || answeredGroups.test(name))) headers[name] = value;
  }
  return headers;
}
