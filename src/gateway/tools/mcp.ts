/**
 * `/mcp` on a run's socket: MCP over streamable HTTP without sessions, one JSON answer per request. Clients of the
 * revision 2026-07-28 and those that begin with `initialize` are both served. The Host header is whatever loopback port
 * the shim has, and the socket itself says whose request it is, so neither Host nor Origin is looked at.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  createMcpHandler,
  isLegacyRequest,
  type McpHttpHandler,
  WebStandardStreamableHTTPServerTransport,
} from '@modelcontextprotocol/server';
import type { Logger } from 'pino';
import { answerJson, refuse } from '../answer.ts';
import { readBody } from '../bounded-body.ts';
import { parseBoundedJson } from '../bounded-json.ts';
import type { ToolDesk } from '../desk.ts';
import { createRates } from './rates.ts';
import { type Caller, toolServer } from './tool-server.ts';

export interface McpEndpoint {
  /** Always ends the response. */
  serve(req: IncomingMessage, res: ServerResponse): Promise<void>;
}

export interface McpOptions {
  run: string;
  desk: ToolDesk;
  log: Logger;
  limits: { bytes: number; ms: number };
}

export function createMcpEndpoint({ run, desk, log, limits }: McpOptions): McpEndpoint {
  const caller: Caller = {
    run,
    desk,
    rates: createRates(() => performance.now()),
    failed: (error) => log.error({ run, err: error }, 'a tool call of a run failed'),
  };
  const onerror = (error: Error): void => log.debug({ run, err: error }, 'an MCP request was not taken');
  // The tools never change, so nobody needs to listen for that.
  const modern = createMcpHandler(() => toolServer(caller), {
    legacy: 'reject',
    maxSubscriptions: 0,
    onerror,
  });
  return {
    serve: async (req, res) => {
      if (req.method !== 'POST') {
        res.setHeader('allow', 'POST');
        return refuse(req, res, { status: 405, reason: 'The tools take POST only; there are no sessions.' });
      }
      const body = await readBody(req, limits);
      if (body.kind === 'gone') return;
      if (body.kind === 'refused') return refuse(req, res, body);
      const message = parse(body.bytes);
      if (message === undefined) return answerError(res, -32_700, 'The body is not JSON in UTF-8.');
      if (typeof message !== 'object' || message === null || Array.isArray(message)) {
        return answerError(res, -32_600, 'One JSON-RPC message per request; there are no batches.');
      }
      await send(res, await answer(requestOf(req), message, caller, modern));
    },
  };
}

function parse(bytes: Buffer): unknown {
  try {
    return parseBoundedJson(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

/** Some clients name only one of the two types that MCP has them accept; JSON is what they get either way. */
function requestOf(req: IncomingMessage): Request {
  const headers = new Headers({ accept: 'application/json, text/event-stream' });
  for (const [name, value] of Object.entries(req.headers)) {
    if ((name === 'content-type' || name.startsWith('mcp-')) && typeof value === 'string') {
      headers.set(name, value);
    }
  }
  return new Request('http://127.0.0.1/mcp', { method: 'POST', headers });
}

async function answer(
  request: Request,
  parsedBody: object,
  caller: Caller,
  modern: McpHttpHandler,
): Promise<Response> {
  if (!(await isLegacyRequest(request, parsedBody))) return modern.fetch(request, { parsedBody });
  const transport = new WebStandardStreamableHTTPServerTransport({ enableJsonResponse: true });
  const server = toolServer(caller);
  await server.connect(transport);
  try {
    return await transport.handleRequest(request, { parsedBody });
  } finally {
    await server.close();
  }
}

async function send(res: ServerResponse, response: Response): Promise<void> {
  const bytes = Buffer.from(await response.arrayBuffer());
  if (res.headersSent || res.destroyed) return;
  const type = response.headers.get('content-type');
  res.writeHead(response.status, {
    ...(type === null ? {} : { 'content-type': type }),
    'content-length': bytes.length,
  });
  res.end(bytes);
}

function answerError(res: ServerResponse, code: number, message: string): void {
  answerJson(res, 400, { jsonrpc: '2.0', error: { code, message }, id: null });
}
