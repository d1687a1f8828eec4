/** Ways out through the vendor are closed; everything that agents need passes as it was written. */
import { describe, expect, test } from 'vitest';
import { readCallBody } from '#src/gateway/models/call-body.ts';
import type { Form } from '#src/gateway/models/endpoints.ts';

function read(form: Form, body: object, allow: string[] = []) {
  const answer = readCallBody(form, Buffer.from(JSON.stringify({ model: 'm', ...body })), allow);
  return answer.kind === 'body' ? { ...answer, sent: JSON.parse(answer.bytes.toString()) } : answer;
}

const image = (source: object) => ({ messages: [{ role: 'user', content: [{ type: 'image', source }] }] });
const chatImage = (url: string) => ({
  messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url } }] }],
});

describe('refused', () => {
  const cases: [string, Form, object][] = [
    [
      'MCP servers at the vendor',
      'messages',
      { mcp_servers: [{ type: 'url', url: 'https://evil.example' }] },
    ],
    ['a container', 'messages', { container: 'c_1' }],
    [
      'a search that is all the call is about',
      'messages',
      { tools: [{ type: 'web_search_20250305', name: 'web_search' }] },
    ],
    [
      'a fetch that the call insists on',
      'messages',
      {
        tools: [
          { name: 'Bash', input_schema: {} },
          { type: 'web_fetch_20250910', name: 'web_fetch' },
        ],
        tool_choice: { type: 'tool', name: 'web_fetch' },
      },
    ],
    [
      'code at the vendor',
      'messages',
      { tools: [{ type: 'code_execution_20250825', name: 'code_execution' }] },
    ],
    [
      'a tool nobody has heard of',
      'messages',
      { tools: [{ type: 'telepathy_20270101', name: 'telepathy' }] },
    ],
    ['an image by link', 'messages', image({ type: 'url', url: 'https://evil.example/?secret' })],
    ['a stored file', 'messages', image({ type: 'file', file_id: 'file_1' })],
    [
      'a link within a tool result',
      'messages',
      {
        messages: [
          {
            role: 'user',
            content: [
              {
                type: 'tool_result',
                tool_use_id: 't',
                content: [{ type: 'document', source: { type: 'url', url: 'https://evil.example' } }],
              },
            ],
          },
        ],
      },
    ],
    ['work in the background', 'responses', { input: 'x', background: true }],
    ['a stored conversation', 'responses', { input: 'x', conversation: 'conv_1' }],
    ['a stored answer', 'responses', { input: 'x', previous_response_id: 'resp_1' }],
    ['a stored prompt', 'responses', { prompt: { id: 'pmpt_1' } }],
    [
      'a remote MCP',
      'responses',
      { input: 'x', tools: [{ type: 'mcp', server_url: 'https://evil.example' }] },
    ],
    [
      'a hosted shell',
      'responses',
      { input: 'x', tools: [{ type: 'shell', environment: { type: 'container_auto' } }] },
    ],
    [
      'a tool of the vendor in a namespace that the call insists on',
      'responses',
      {
        input: 'x',
        tools: [{ type: 'namespace', name: 'n', tools: [{ type: 'web_search' }] }],
        tool_choice: { type: 'web_search' },
      },
    ],
    [
      'an image by link',
      'responses',
      { input: [{ role: 'user', content: [{ type: 'input_image', image_url: 'https://evil.example' }] }] },
    ],
    [
      'a file by link',
      'responses',
      {
        input: [
          {
            type: 'function_call_output',
            output: [{ type: 'input_file', file_url: 'https://evil.example' }],
          },
        ],
      },
    ],
    ['a search', 'chat', { messages: [], web_search_options: {} }],
    ['plug-ins of a router', 'chat', { messages: [], plugins: [{ id: 'web' }] }],
    ['a model that searches', 'chat', { model: 'x/y:online', messages: [] }],
    ['an image by link', 'chat', chatImage('http://evil.example')],
  ];
  test.each(cases)('%s (%s)', (_, form, body) => {
    const answer = read(form, body);
    expect(answer).toMatchObject({ kind: 'refused', status: 403, type: 'permission_error' });
    expect(answer.kind === 'refused' && answer.reason).toMatch(/\.$/);
  });
});

describe('left out', () => {
  test('tools of the vendor beside the agent’s own', () => {
    const own = { type: 'function', name: 'shell', parameters: {} };
    const inner = { type: 'namespace', name: 'mcp__x', tools: [own, { type: 'code_interpreter' }] };
    const answer = read('responses', {
      input: 'x',
      tool_choice: 'auto',
      tools: [
        own,
        { type: 'web_search' },
        { type: 'image_generation' },
        { type: 'custom', name: 'patch' },
        inner,
      ],
    });
    expect(answer).toMatchObject({ kind: 'body' });
    expect('sent' in answer && answer.sent.tools).toEqual([
      own,
      { type: 'custom', name: 'patch' },
      { type: 'namespace', name: 'mcp__x', tools: [own] },
    ]);
  });

  test('what the vendor would keep, and what costs more than the table says', () => {
    expect(read('responses', { input: 'x', store: true, service_tier: 'priority' })).toMatchObject({
      sent: { store: false },
    });
    expect(read('responses', { input: 'x', service_tier: 'priority' })).not.toHaveProperty(
      'sent.service_tier',
    );
    expect(read('responses', { input: 'x', service_tier: 'flex' })).toMatchObject({
      sent: { service_tier: 'flex' },
    });
    expect(read('messages', { messages: [], speed: 'fast' })).not.toHaveProperty('sent.speed');
    expect(read('chat', { messages: [], store: true })).toMatchObject({ sent: { store: false } });
  });
});

describe('passed as it is', () => {
  const cases: [string, Form, object][] = [
    [
      'the agent’s own tools, and a tool’s input that looks like a link',
      'messages',
      {
        system: [{ type: 'text', text: 'x', cache_control: { type: 'ephemeral' } }],
        tools: [
          { name: 'Bash', input_schema: { properties: { source: { type: 'url' } } } },
          { type: 'custom', name: 'x', input_schema: {} },
          { type: 'bash_20250124', name: 'bash' },
          { type: 'text_editor_20250728', name: 'edit' },
          { type: 'memory_20250818', name: 'memory' },
        ],
        tool_choice: { type: 'auto' },
        messages: [
          {
            role: 'assistant',
            content: [
              {
                type: 'tool_use',
                id: 't',
                name: 'fetch',
                input: { source: { type: 'url', url: 'https://x' } },
              },
            ],
          },
          { role: 'user', content: [{ type: 'image', source: { type: 'base64', data: 'AAAA' } }] },
          {
            role: 'user',
            content: [{ type: 'document', source: { type: 'text', data: 'https://example.org' } }],
          },
        ],
      },
    ],
    [
      'images as data, a local shell',
      'responses',
      {
        store: false,
        tools: [
          { type: 'local_shell' },
          { type: 'shell', environment: { type: 'local' } },
          { type: 'apply_patch' },
        ],
        input: [
          { role: 'user', content: [{ type: 'input_image', image_url: 'data:image/png;base64,AAAA' }] },
          { type: 'reasoning', encrypted_content: 'x', summary: [] },
          { type: 'function_call', arguments: '{"image_url":"https://x"}', call_id: 'c', name: 'f' },
        ],
      },
    ],
    [
      'chat',
      'chat',
      { ...chatImage('data:image/png;base64,AAAA'), tools: [{ type: 'function', function: { name: 'f' } }] },
    ],
  ];
  test.each(cases)('%s (%s)', (_, form, body) => {
    expect(read(form, body)).toMatchObject({ kind: 'body', sent: { model: 'm', ...body } });
  });
});

test('the operator can allow each', () => {
  const tools = [{ type: 'web_search_20250305', name: 'web_search' }];
  expect(read('messages', { messages: [], tools }, ['web_search'])).toMatchObject({ sent: { tools } });
  expect(read('messages', image({ type: 'url', url: 'https://x' }), ['urls'])).toMatchObject({
    kind: 'body',
  });
  expect(read('messages', { messages: [], mcp_servers: [{}] }, ['mcp_servers'])).toMatchObject({
    kind: 'body',
  });
  expect(read('messages', { messages: [], tools }, ['web'])).toMatchObject({ kind: 'body' });
  expect(read('messages', { messages: [], tools }, ['we'])).toMatchObject({ kind: 'refused' });
});

test('the most that may be answered is read in every form', () => {
  expect(read('messages', { max_tokens: 5 })).toMatchObject({ mostOutput: 5 });
  expect(read('responses', { max_output_tokens: 6 })).toMatchObject({ mostOutput: 6 });
  expect(read('chat', { max_completion_tokens: 7 })).toMatchObject({ mostOutput: 7 });
  expect(read('chat', {})).not.toHaveProperty('mostOutput');
});
