/** The agent's tools over a run's real socket: with the MCP project's own client, through the shim's loopback pipe, and by hand. */
import {
  Client,
  StreamableHTTPClientTransport,
  type VersionNegotiationMode,
} from '@modelcontextprotocol/client';
import { expect, onTestFinished, test } from 'vitest';
import { openLoopbackPipe } from '#runners/shim/proxy.ts';
import { toolNames } from '#runners/tools/definitions.ts';
import { type Answer, call, type Scratch, scratchGateway } from '../scratch.ts';

const finding = { file: 'a.ts', line: 3, severity: 'major', title: 'Off by one', todo: 'Use <.' };

/** One call per tool with every argument it has, and what the desk gets. */
const complete: Record<(typeof toolNames)[number], object> = {
  report_progress: { message: 'Reading.' },
  finish: {
    summary: 'Done.',
    title: 'Add it',
    how_tested: 'npm test',
    decisions: ['No cache, since it is small.'],
    contract: 'add(a, b)',
    verdict: 'changes',
    findings: [finding],
  },
  ask_human: {
    question: 'Which?',
    options: ['a', 'b'],
    default: 'a',
    deadline: '2h',
    blocking: true,
  },
  report_blocker: { reason: 'No schema.', needs: 'The schema.' },
  create_item: { title: 'More', body: 'Text.', labels: ['bug'] },
  read_item: { key: 'GH-1' },
};

async function connect(mode: VersionNegotiationMode): Promise<Scratch & { client: Client }> {
  const scratch = await scratchGateway();
  const { dir } = await scratch.gateway.open('run');
  const pipe = await openLoopbackPipe(`${dir}/host.sock`);
  const client = new Client({ name: 'agent', version: '1' }, { versionNegotiation: { mode } });
  await client.connect(new StreamableHTTPClientTransport(new URL(`${pipe.url}/mcp`)));
  onTestFinished(async () => {
    await client.close();
    pipe.close();
  });
  return { ...scratch, client };
}

const revisions: [VersionNegotiationMode, string][] = [
  ['legacy', '2025-11-25'],
  ['auto', '2026-07-28'],
];

test.each(revisions)('a client that negotiates %s gets every tool and calls it', async (mode, revision) => {
  const { client, desk } = await connect(mode);
  expect(client.getNegotiatedProtocolVersion()).toBe(revision);
  const { tools } = await client.listTools();
  expect(tools.map((tool) => tool.name)).toEqual([...toolNames]);
  for (const tool of toolNames) {
    const { content, isError } = await client.callTool({ name: tool, arguments: { ...complete[tool] } });
    expect([content[0]?.type, isError === true]).toEqual(['text', tool === 'read_item']);
  }
  expect(desk.calls).toEqual(toolNames.map((tool) => ({ run: 'run', call: { tool, ...complete[tool] } })));
});

test('the schemas are closed and say their bounds', async () => {
  const { client } = await connect('auto');
  const { tools } = await client.listTools();
  const finish = tools.find((tool) => tool.name === 'finish');
  expect(finish?.inputSchema).toMatchObject({
    type: 'object',
    additionalProperties: false,
    required: ['summary'],
    properties: {
      summary: { type: 'string', minLength: 1, maxLength: 20_000 },
      findings: { maxItems: 100, items: { additionalProperties: false } },
    },
  });
  expect(finish?._meta).toEqual({ 'dev.prlt/version': 1 });
  expect(tools.find((tool) => tool.name === 'read_item')?.annotations).toMatchObject({ readOnlyHint: true });
});

const wrong: [string, string, unknown, RegExp][] = [
  ['a missing argument', 'report_progress', {}, /message: /],
  ['no arguments', 'report_progress', undefined, /message: /],
  ['an empty text', 'report_progress', { message: '' }, /message: /],
  ['another type', 'report_progress', { message: 5 }, /message: /],
  ['a text that is too long', 'report_progress', { message: 'x'.repeat(2_001) }, /message: .*2000/],
  ['an unknown key', 'report_progress', { message: 'x', secret: 1 }, /secret/],
  ['a prototype', 'report_progress', JSON.parse('{"__proto__":{"message":"x"}}'), /message: /],
  ['too many options', 'ask_human', { question: 'x', options: Array(11).fill('a') }, /options: .*10/],
  ['another verdict', 'finish', { summary: 'x', verdict: 'maybe' }, /verdict: /],
  ['a finding without a line', 'finish', { summary: 'x', findings: [{ ...finding, line: 0 }] }, /line: /],
  [
    '101 findings',
    'finish',
    { summary: 'x', findings: Array.from({ length: 101 }, () => finding) },
    /findings: .*100/,
  ],
  ['a list', 'report_progress', ['x'], /./],
];

test.each(wrong)('%s is refused with a sentence and not recorded', async (_name, tool, args, sentence) => {
  const { gateway, desk } = await scratchGateway();
  const { dir } = await gateway.open('run');
  const answer = await post(dir, rpc('tools/call', { name: tool, arguments: args }));
  expect(answer.text).toMatch(sentence);
  expect(answer.text).toMatch(/"isError":true|"error":/);
  expect(desk.calls).toEqual([]);
});

test('without sessions, initialize is not needed; GET and DELETE are not there', async () => {
  const { gateway, desk } = await scratchGateway();
  const { dir } = await gateway.open('run');
  const answer = await post(
    dir,
    rpc('tools/call', { name: 'report_progress', arguments: { message: 'Hi.' } }),
  );
  expect(answer).toMatchObject({ status: 200, headers: { 'content-type': 'application/json' } });
  expect(JSON.parse(answer.text)).toMatchObject({ id: 1, result: { content: [{ text: 'recorded' }] } });
  expect(desk.calls).toHaveLength(1);
  for (const method of ['GET', 'DELETE', 'PUT']) {
    expect(await call(dir, method, '/mcp')).toMatchObject({ status: 405, headers: { allow: 'POST' } });
  }
});

test('what is no JSON-RPC request is refused, and the socket goes on', async () => {
  const { gateway, desk } = await scratchGateway({ mcpBytes: 100_000, mcpMs: 300 });
  const { dir } = await gateway.open('run');
  const progress = rpc('tools/call', { name: 'report_progress', arguments: { message: 'Hi.' } });
  expect((await post(dir, `[${progress},${progress}]`)).text).toMatch(/no batches/);
  expect((await post(dir, '{')).text).toMatch(/not JSON/);
  expect((await post(dir, Buffer.from([0xff, 0xfe]))).text).toMatch(/not JSON/);
  expect((await post(dir, 'null')).status).toBe(400);
  expect((await post(dir, '{}')).status).toBe(400);
  expect((await post(dir, 'x'.repeat(100_001))).status).toBe(413);
  expect((await post(dir, progress, { 'content-type': 'text/plain' })).status).toBe(415);
  expect((await post(dir, progress, { 'content-length': '900' })).status).toBe(408);
  const deep = `${'{"a":'.repeat(15_000)}1${'}'.repeat(15_000)}`;
  const nested = `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"finish","arguments":${deep}}}`;
  expect((await post(dir, nested)).text).toMatch(/isError/);
  expect((await post(dir, rpc('tools/call', { name: 'rm', arguments: {} }))).text).toMatch(
    /There is no tool .*rm/,
  );
  expect((await post(dir, rpc('resources/list', {}))).text).toMatch(/"code":-32601/);
  const listen = {
    notifications: {},
    _meta: {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientInfo': { name: 'a', version: '1' },
      'io.modelcontextprotocol/clientCapabilities': {},
    },
  };
  const modern = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'subscriptions/listen' };
  expect((await post(dir, rpc('subscriptions/listen', listen), modern)).text).toMatch(/limit reached/);
  expect(desk.calls).toEqual([]);
  expect((await post(dir, progress)).status).toBe(200);
});

test('a call that the host fails at is a neutral sentence outside and the reason in the log', async () => {
  const { gateway, logged } = await scratchGateway();
  const { dir } = await gateway.open('run');
  const { text } = await post(dir, rpc('tools/call', { name: 'read_item', arguments: { key: 'fail' } }));
  expect(text).toMatch(/The host failed at this/);
  expect(text).not.toMatch(/secrets/);
  expect(logged.join('')).toMatch(/the disk is full of secrets/);
});

test('more calls a minute than a tool takes are refused, each run by itself', async () => {
  const { gateway, desk } = await scratchGateway();
  const { dir } = await gateway.open('run');
  const other = await gateway.open('other');
  const blocker = rpc('tools/call', { name: 'report_blocker', arguments: { reason: 'a', needs: 'b' } });
  for (let count = 0; count < 5; count += 1) await post(dir, blocker);
  expect((await post(dir, blocker)).text).toMatch(/at most 5 calls of report_blocker a minute/);
  expect(desk.calls).toHaveLength(5);
  expect((await post(other.dir, blocker)).text).toMatch(/recorded/);
});

function rpc(method: string, params: object): string {
  return JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
}

function post(dir: string, body: string | Buffer, headers: Record<string, string> = {}): Promise<Answer> {
  return call(dir, 'POST', '/mcp', body, { 'content-type': 'application/json', ...headers });
}
