/** Reads a request to the stub: which API it is for, what it offers, and whether it is about the task at all. */
import type { IncomingMessage } from 'node:http';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import type { ModelCall, StubApi } from './step.ts';
import { offeredTools } from './tools.ts';

export async function readCall(number: number, request: IncomingMessage): Promise<ModelCall> {
  const parts: Buffer[] = [];
  for await (const part of request as AsyncIterable<Buffer>) parts.push(part);
  const body = parse(Buffer.concat(parts), request.headers['content-encoding']);
  const { method = 'GET', url = '/', headers } = request;
  const api = method === 'POST' ? apiOf(url) : 'other';
  return {
    number,
    at: Date.now(),
    api,
    method,
    path: url,
    headers,
    body,
    model: String(body['model'] ?? ''),
    stream: body['stream'] === true,
    tools: offeredTools(body),
    side: api !== 'other' && isSide(body),
  };
}

function parse(bytes: Buffer, encoding: string | undefined): Record<string, unknown> {
  try {
    const plain =
      encoding === 'gzip' ? gunzipSync(bytes) : encoding === 'zstd' ? zstdDecompressSync(bytes) : bytes;
    const body: unknown = JSON.parse(plain.toString('utf8'));
    return body !== null && typeof body === 'object' ? (body as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function apiOf(url: string): StubApi | 'other' {
  const path = url.replace(/\?.*$/, '');
  if (path.endsWith('/messages')) return 'anthropic';
  if (path.endsWith('/responses')) return 'responses';
  if (path.endsWith('/chat/completions')) return 'completions';
  return 'other';
}

/** The CLIs ask for titles without any tools, and say in their instructions what for. */
function isSide(body: Record<string, unknown>): boolean {
  const tools = body['tools'];
  if (Array.isArray(tools) && tools.length > 0) return false;
  const [first] = Array.isArray(body['messages']) ? (body['messages'] as unknown[]) : [];
  const instructions = JSON.stringify([body['system'], body['instructions'], body['text'], first]);
  return /\btitle\b/i.test(instructions);
}
