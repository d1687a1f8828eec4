/** The agent's tools as a run's socket offers them, over MCP's streamable HTTP, with fixed answers. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { json as readJson } from 'node:stream/consumers';

export interface McpCall {
  name: string;
  input: Record<string, unknown>;
}

const askHuman = {
  name: 'ask_human',
  description: 'Asks a person and waits for the answer.',
  inputSchema: {
    type: 'object',
    properties: {
      question: { type: 'string' },
      options: { type: 'array', items: { type: 'string' } },
    },
    required: ['question', 'options'],
  },
};

/** Every call is noted in `calls` and answered with "Tabs.". */
export function answerMcp(request: IncomingMessage, response: ServerResponse, calls: McpCall[]): void {
  if (request.method !== 'POST') return void response.writeHead(405, { allow: 'POST' }).end();
  readJson(request).then(
    (message) => {
      const { id, method, params } = message as {
        id?: number;
        method: string;
        params?: Record<string, unknown>;
      };
      if (id === undefined) return response.writeHead(202).end();
      const result = answer(method, params ?? {}, calls);
      response.writeHead(200, { 'content-type': 'application/json' });
      return response.end(JSON.stringify({ jsonrpc: '2.0', id, ...result }));
    },
    () => response.writeHead(400).end(),
  );
}

function answer(method: string, params: Record<string, unknown>, calls: McpCall[]): object {
  switch (method) {
    case 'initialize':
      return {
        result: {
          protocolVersion: params['protocolVersion'],
          capabilities: { tools: {} },
          serverInfo: { name: 'prlt', version: '1' },
        },
      };
    case 'tools/list':
      return { result: { tools: [askHuman] } };
    case 'tools/call':
      calls.push({
        name: String(params['name']),
        input: (params['arguments'] ?? {}) as Record<string, unknown>,
      });
      return { result: { content: [{ type: 'text', text: 'Tabs.' }] } };
    case 'ping':
      return { result: {} };
    default:
      return { error: { code: -32601, message: `no ${method}` } };
  }
}
