/** An MCP server for one request of one run: it offers the tools of the table and passes checked calls to the desk. */
import { type CallToolResult, ProtocolError, ProtocolErrorCode, Server } from '@modelcontextprotocol/server';
import { type ToolName, toolNames, tools, toolsVersion } from '#runners/tools/definitions.ts';
import type { ToolDesk } from '../desk.ts';
import type { Rates } from './rates.ts';
import { argumentSchema, parseArguments } from './schemas.ts';

export interface Caller {
  run: string;
  desk: ToolDesk;
  rates: Rates;
  /** Hears of a call that the host failed at. */
  failed: (error: unknown) => void;
}

const instructions =
  'Tools of the service that runs you. Report progress in sentences now and then, and call finish before you end your turn.';

export function toolServer(caller: Caller): Server {
  const server = new Server(
    { name: 'prlt', version: `${toolsVersion}.0.0` },
    { capabilities: { tools: {} }, instructions },
  );
  server.setRequestHandler('tools/list', () => ({ tools: toolNames.map(describeTool) }));
  server.setRequestHandler('tools/call', ({ params }) => callTool(caller, params.name, params.arguments));
  return server;
}

function describeTool(name: ToolName) {
  return {
    name,
    description: tools[name].says,
    inputSchema: argumentSchema(name),
    annotations: {
      readOnlyHint: tools[name].reads === true,
      destructiveHint: false,
      openWorldHint: false,
    },
    _meta: { 'dev.prlt/version': toolsVersion },
  };
}

/** What is wrong with a call is a result, so that the model reads it; only an unknown tool is an error of the protocol. */
async function callTool(caller: Caller, name: string, args: unknown): Promise<CallToolResult> {
  const { run, desk, rates, failed } = caller;
  const tool = toolNames.find((known) => known === name);
  if (tool === undefined) {
    const said = `There is no tool ${JSON.stringify(name.slice(0, 60))}; there are ${toolNames.join(', ')}.`;
    throw new ProtocolError(ProtocolErrorCode.InvalidParams, said);
  }
  const tooOften = rates(tool);
  if (tooOften !== undefined) return result(tooOften, true);
  const parsed = parseArguments(tool, args);
  if (parsed.kind === 'wrong') return result(parsed.sentence, true);
  try {
    const answer = await desk.call(run, parsed.call);
    return result(answer.text, answer.kind === 'refused');
  } catch (error) {
    failed(error);
    return result('The host failed at this, and nothing was recorded. Try again in a while.', true);
  }
}

function result(text: string, isError: boolean): CallToolResult {
  return { content: [{ type: 'text', text }], ...(isError ? { isError } : {}) };
}
