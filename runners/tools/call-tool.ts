/** A tool call over MCP's streamable HTTP: one JSON-RPC request, no session and no handshake, since the host keeps none. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ToolName } from './definitions.ts';

export type ToolResult =
  | { kind: 'answer' | 'refused'; text: string; raw: unknown }
  /** The host could not be reached for all that time. */
  | { kind: 'away'; text: string };

export interface Call {
  url: string;
  tool: ToolName;
  args: Record<string, unknown>;
  /** How long to try for, milliseconds. */
  patienceMs: number;
}

/** Asks again while the host is away: a call that it has already is not counted twice. */
export async function callTool({ url, tool, args, patienceMs }: Call): Promise<ToolResult> {
  const end = performance.now() + patienceMs;
  const body = JSON.stringify({
    jsonrpc: '2.0',
    id: 1,
    method: 'tools/call',
    params: { name: tool, arguments: args },
  });
  for (let pause = 100; ; pause = Math.min(pause * 2, 5_000)) {
    const answer = await ask(url, body);
    const left = end - performance.now();
    if (answer.kind !== 'away' || left <= 0) return answer;
    await sleep(Math.min(pause, left));
  }
}

async function ask(url: string, body: string): Promise<ToolResult> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        'mcp-protocol-version': '2025-11-25',
      },
      body,
      signal: AbortSignal.timeout(30_000),
    });
    const text = await response.text();
    if (response.status >= 500 || response.status === 429 || response.status === 408) {
      return { kind: 'away', text: `The service answers ${response.status}: ${text.slice(0, 500).trim()}` };
    }
    return resultOf(text);
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    const said = cause instanceof Error ? cause.message : String(cause);
    return { kind: 'away', text: `The service cannot be reached: ${said}` };
  }
}

interface Rpc {
  error?: unknown;
  result?: { isError?: boolean; content?: { text?: string }[] };
}

function resultOf(text: string): ToolResult {
  let raw: Rpc;
  try {
    raw = JSON.parse(text) as Rpc;
  } catch {
    return { kind: 'refused', text: text.slice(0, 500), raw: text };
  }
  const { error, result } = raw;
  if (!result) return { kind: 'refused', text: messageOf(error), raw };
  const said = (result.content ?? []).map((part) => part.text ?? '').join('\n');
  return { kind: result.isError ? 'refused' : 'answer', text: said, raw: result };
}

/** The gateway's refusals are sentences, JSON-RPC's are objects. */
function messageOf(error: unknown): string {
  if (typeof error === 'string') return error;
  const message = typeof error === 'object' && error !== null && 'message' in error ? error.message : '';
  return typeof message === 'string' && message !== '' ? message : 'The service refused this.';
}
