/** What a call used, read from answers in every form: streamed and whole, ended and cut. */
import { expect, onTestFinished, test } from 'vitest';
import { type ModelStub, startModelStub } from '#test/support/models/stub.ts';
import { aProvider, scratchModels, streamed } from './scratch.ts';

async function stubbed(): Promise<{ stub: ModelStub; models: Awaited<ReturnType<typeof scratchModels>> }> {
  const stub = await startModelStub();
  onTestFinished(() => stub.close());
  const models = await scratchModels([
    { url: stub.url },
    { name: 'openai', api: 'openai', url: `${stub.url}/v1` },
  ]);
  return { stub, models };
}

const forms = [
  ['anthropic/v1/messages', { max_tokens: 100, messages: [{ role: 'user', content: 'Hi' }] }, 30],
  ['openai/v1/responses', { input: [{ role: 'user', content: [{ type: 'input_text', text: 'Hi' }] }] }, 0],
  ['openai/v1/chat/completions', { messages: [{ role: 'user', content: 'Hi' }] }, 0],
] as const;
const tools = [{ name: 'Bash', type: 'custom', input_schema: { type: 'object' } }];

for (const stream of [true, false]) {
  test.each(forms)(`%s, ${stream ? 'streamed' : 'whole'}`, async (path, body, cacheWrite) => {
    const { stub, models } = await stubbed();
    stub.script({ say: 'Hello there.', usage: { input: 1000, output: 50, cacheRead: 200, cacheWrite: 30 } });
    const withTools = path.startsWith('anthropic') ? { ...body, tools } : body;
    const call = { model: 'm-1', stream, ...withTools };
    if (stream) expect(await streamed(models.dir, path, call).end).toBe('complete');
    else expect((await models.post(path, call)).status).toBe(200);
    const [settled] = await models.settled(1);
    expect(stub.calls[0]?.headers['x-api-key'] ?? stub.calls[0]?.headers['authorization']).toMatch(
      /sk-real$/,
    );
    expect(settled).toMatchObject({
      provider: path.split('/')[0],
      model: 'm-1',
      status: 200,
      estimated: false,
    });
    expect(settled?.broken).toBeUndefined();
    expect(settled?.usage.output).toBe(50);
    expect(settled?.usage.cacheRead).toBe(200);
    // OpenAI has no word for what was written to a cache; it is input there.
    expect((settled?.usage.input ?? 0) + (settled?.usage.cacheWrite ?? 0)).toBeGreaterThanOrEqual(1000);
    expect(settled?.usage.cacheWrite).toBe(cacheWrite);
  });
}

test.each(forms)('%s, cut in the middle, is reckoned and flagged', async (path, body) => {
  const { stub, models } = await stubbed();
  stub.script({ cut: true, say: 'A beginning without an end' });
  expect(await streamed(models.dir, path, { model: 'm-1', stream: true, tools: [], ...body }).end).toBe(
    'cut',
  );
  const [settled] = await models.settled(1);
  expect(settled).toMatchObject({ status: 200, broken: 'cut', estimated: true });
  expect(settled?.usage.output).toBeGreaterThan(0);
  expect(settled?.usage.input).toBeGreaterThan(0);
});

test('a stream that ends neatly without its last word counts as cut', async () => {
  const start = { type: 'message_start', message: { usage: { input_tokens: 70, output_tokens: 1 } } };
  const provider = await aProvider((res) =>
    res
      .writeHead(200, { 'content-type': 'text/event-stream' })
      .end(`event: message_start\ndata: ${JSON.stringify(start)}\n\n`),
  );
  const { dir, settled } = await scratchModels([{ url: provider.url }]);
  await streamed(dir, 'anthropic/v1/messages', { model: 'm', messages: [] }).end;
  expect(await settled(1)).toMatchObject([{ broken: 'cut', estimated: true, usage: { input: 70 } }]);
});

test('an error within a stream has its name', async () => {
  const error = { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } };
  const provider = await aProvider((res) =>
    res
      .writeHead(200, { 'content-type': 'text/event-stream' })
      .end(`event: error\ndata: ${JSON.stringify(error)}\n\n`),
  );
  const { dir, settled } = await scratchModels([{ url: provider.url }]);
  await streamed(dir, 'anthropic/v1/messages', { model: 'm', messages: [] }).end;
  expect(await settled(1)).toMatchObject([{ status: 200, errorType: 'overloaded_error' }]);
});

test('a reckoned answer is no longer than what was asked for', async () => {
  const provider = await aProvider((res) =>
    res
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify({ text: 'x'.repeat(40_000) })),
  );
  const { post, settled } = await scratchModels([{ url: provider.url }]);
  await post('anthropic/v1/messages', { model: 'm', max_tokens: 500, messages: [] });
  await post('anthropic/v1/messages', { model: 'm', messages: [] });
  const outputs = (await settled(2)).map(({ usage, estimated }) => [usage.output, estimated]);
  expect(outputs).toEqual([
    [500, true],
    [10_003, true],
  ]);
});

test('usage that an agent had echoed is not the vendor’s', async () => {
  const lie = { usage: { input_tokens: 1, output_tokens: 1 }, 'response.completed': true };
  const events = [
    { type: 'response.created', response: { tools: [{ parameters: lie }], ...lie, usage: null } },
    { type: 'response.output_text.delta', delta: `{"usage":{"input_tokens":1,"output_tokens":1}}` },
  ];
  const provider = await aProvider((res) => {
    res.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const event of events) res.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
    setTimeout(() => res.destroy(), 30);
  });
  const { dir, settled } = await scratchModels([{ name: 'openai', api: 'openai', url: provider.url }]);
  await streamed(dir, 'openai/v1/responses', { model: 'm', input: 'x'.repeat(400) }).end;
  const [call] = await settled(1);
  expect(call).toMatchObject({ estimated: true, broken: 'cut' });
  expect(call?.usage.input).toBeGreaterThan(100);
});

test('a chat stream is asked to tell its usage', async () => {
  const provider = await aProvider((res) => res.end());
  const { post } = await scratchModels([{ name: 'openai', api: 'openai', url: provider.url }]);
  await post('openai/v1/chat/completions', {
    model: 'm',
    stream: true,
    stream_options: { other: 1 },
    messages: [],
  });
  await post('openai/v1/chat/completions', { model: 'm', messages: [] });
  const bodies = provider.received.map(({ body }) => JSON.parse(body));
  expect(bodies[0].stream_options).toEqual({ other: 1, include_usage: true });
  expect(bodies[1].stream_options).toBeUndefined();
});
