/** What the host has to say to an agent that cannot be steered, in each form of a model call. */
import { expect, test } from 'vitest';
import type { Form } from '#src/gateway/models/endpoints.ts';
import { withHint } from '#src/gateway/models/hint.ts';
import { aMessage, aProvider, scratchModels } from './scratch.ts';

const tools = [{ type: 'function', name: 'shell' }];
const hint = 'Wrap up now.';

function hinted(form: Form, body: object): Record<string, unknown> {
  const bytes = withHint(form, Buffer.from(JSON.stringify({ tools, ...body })), hint);
  return JSON.parse(bytes.toString());
}

test('Messages: a further text at the end of the last message of the user', () => {
  const result = { type: 'tool_result', tool_use_id: 't', content: 'ok' };
  const asked = { role: 'user', content: 'Do it.' };
  const used = { role: 'assistant', content: [{ type: 'tool_use', id: 't', name: 'shell', input: {} }] };
  const text = { type: 'text', text: hint };
  const messages = [asked, used, { role: 'user', content: [result] }];
  expect(hinted('messages', { messages })).toEqual({
    tools,
    messages: [asked, used, { role: 'user', content: [result, text] }],
  });
  expect(hinted('messages', { messages: [asked, { role: 'assistant', content: 'So' }] })['messages']).toEqual(
    [
      { role: 'user', content: [{ type: 'text', text: 'Do it.' }, text] },
      { role: 'assistant', content: 'So' },
    ],
  );
});

test('chat completions: a further message of the user', () => {
  const messages = [
    { role: 'user', content: 'Do it.' },
    { role: 'tool', tool_call_id: 't', content: 'ok' },
  ];
  expect(hinted('chat', { messages })['messages']).toEqual([...messages, { role: 'user', content: hint }]);
});

test('Responses: a further item of the user, also after a bare text', () => {
  const item = { type: 'message', role: 'user', content: [{ type: 'input_text', text: hint }] };
  const input = [{ type: 'function_call_output', call_id: 'c', output: 'ok' }];
  expect(hinted('responses', { input })['input']).toEqual([...input, item]);
  expect(hinted('responses', { input: 'Do it.' })['input']).toEqual([
    { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Do it.' }] },
    item,
  ]);
});

test('Gemini: a further part at the end of the last turn of the user, beside the answers of its tools', () => {
  const answer = { functionResponse: { name: 'shell', response: { output: 'ok' } } };
  const called = { role: 'model', parts: [{ functionCall: { name: 'shell', args: {} } }] };
  expect(hinted('gemini', { contents: [called, { role: 'user', parts: [answer] }] })['contents']).toEqual([
    called,
    { role: 'user', parts: [answer, { text: hint }] },
  ]);
});

test.each<[string, Form, object]>([
  ['a call without tools', 'chat', { tools: undefined, messages: [{ role: 'user', content: 'x' }] }],
  ['a call with an empty list of them', 'responses', { tools: [], input: 'x' }],
  ['a call in which nobody speaks', 'messages', { messages: [] }],
  ['a call that is out of form', 'chat', { messages: 'x' }],
  ['a user of no form', 'messages', { messages: [null, { role: 'user', content: 7 }] }],
])('%s stays as it is', (_, form, body) => {
  const bytes = Buffer.from(JSON.stringify({ tools, ...body }));
  expect(withHint(form, bytes, hint)).toBe(bytes);
});

test('the provider reads what the desk wants said, and the call is settled as it was let through', async () => {
  const provider = await aProvider((res) =>
    res.writeHead(200, { 'content-type': 'application/json' }).end('{"usage":{}}'),
  );
  const { desk, post, settled } = await scratchModels([{ url: provider.url }]);
  const body = { ...aMessage, tools: [{ name: 'Bash', input_schema: {} }] };
  await post('anthropic/v1/messages', body);
  desk.answer = { kind: 'go', hint };
  await post('anthropic/v1/messages', body);
  await post('anthropic/v1/messages', aMessage);
  expect(provider.received.map((call) => call.body.includes(hint))).toEqual([false, true, false]);
  const sent = provider.received[1];
  expect(sent?.headers['content-length']).toBe(String(sent?.body.length));
  expect((await settled(3)).map(({ asked }) => asked)).toEqual(
    desk.admitted.map(({ call }) => call.billed?.bytes),
  );
});
