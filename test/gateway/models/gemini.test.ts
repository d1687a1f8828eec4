/** Calls in Gemini's form: the model in the path, the key in a header of its own, usage in every event of a stream. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { ModelProvider } from '#src/core/models.ts';
import { readCallBody } from '#src/gateway/models/call-body.ts';
import { call } from '../scratch.ts';
import { aProvider, scratchModels, streamed } from './scratch.ts';

const key = `AIza${'b'.repeat(35)}`;
const gemini = (url: string, more: Partial<ModelProvider> = {}): Partial<ModelProvider> => ({
  name: 'gemini',
  api: 'gemini',
  url,
  key: { from: 'value', value: key },
  ...more,
});
const path = 'gemini/v1beta/models/gemini-3-pro-preview';
const aCall = { contents: [{ role: 'user', parts: [{ text: 'Hi' }] }] };
const said = (text: string, usageMetadata: object, more: object = {}) =>
  `data: ${JSON.stringify({ candidates: [{ content: { parts: [{ text }], role: 'model' }, ...more }], usageMetadata })}\r\n\r\n`;
const first = said('Hel', { promptTokenCount: 1000, cachedContentTokenCount: 600, totalTokenCount: 1000 });
const last = said(
  'lo',
  {
    promptTokenCount: 1000,
    cachedContentTokenCount: 600,
    candidatesTokenCount: 40,
    thoughtsTokenCount: 10,
    totalTokenCount: 1050,
  },
  { finishReason: 'STOP' },
);

test('a stream passes as it comes, is counted, and only the host has the key', async () => {
  const provider = await aProvider(async (res) => {
    res.writeHead(200, { 'content-type': 'text/event-stream' }).write(first);
    await sleep(150);
    res.end(last);
  });
  const { dir, desk, settled, logged } = await scratchModels([gemini(provider.url)]);
  const stream = streamed(dir, `${path}:streamGenerateContent?alt=sse&key=dummy`, aCall);
  expect(await stream.end).toBe('complete');
  expect(stream.chunks.map(({ text }) => text)).toEqual([first, last]);
  expect((stream.chunks[1]?.at ?? 0) - (stream.chunks[0]?.at ?? 0)).toBeGreaterThan(100);
  const [count] = await settled(1);
  expect(count).toMatchObject({ provider: 'gemini', model: 'gemini-3-pro-preview', status: 200 });
  expect(count).toMatchObject({
    usage: { input: 400, cacheRead: 600, output: 50, cacheWrite: 0 },
    estimated: false,
  });
  expect(count?.broken).toBeUndefined();
  expect(desk.admitted[0]?.call).toMatchObject({ model: 'gemini-3-pro-preview', billed: {} });
  const [received] = provider.received;
  expect(received?.url).toBe('/v1beta/models/gemini-3-pro-preview:streamGenerateContent?alt=sse');
  expect(received?.headers['x-goog-api-key']).toBe(key);
  expect(logged.join('')).not.toContain(key);
});

test('what the box sends as a key or on whose account stays there', async () => {
  const provider = await aProvider((res) =>
    res.writeHead(200, { 'content-type': 'application/json' }).end(last.slice(6)),
  );
  const { post, settled } = await scratchModels([gemini(provider.url)]);
  const sent = { 'x-goog-api-key': 'dummy', 'x-goog-user-project': 'other', authorization: 'Bearer dummy' };
  expect(await post(`${path}:generateContent?key=dummy`, aCall, sent)).toMatchObject({ status: 200 });
  expect(await settled(1)).toMatchObject([{ usage: { input: 400, output: 50 }, estimated: false }]);
  const [received] = provider.received;
  expect(received?.url).toBe('/v1beta/models/gemini-3-pro-preview:generateContent');
  expect(received?.headers['x-goog-api-key']).toBe(key);
  expect(received?.headers).not.toHaveProperty('authorization');
  expect(received?.headers).not.toHaveProperty('x-goog-user-project');
});

test('a stream that was cut is reckoned from what it told', async () => {
  const provider = await aProvider((res) => {
    res.writeHead(200, { 'content-type': 'text/event-stream' }).write(first);
    setTimeout(() => res.destroy(), 30);
  });
  const { dir, settled } = await scratchModels([gemini(provider.url)]);
  expect(await streamed(dir, `${path}:streamGenerateContent?alt=sse`, aCall).end).toBe('cut');
  const [count] = await settled(1);
  expect(count).toMatchObject({ broken: 'cut', estimated: true, usage: { input: 400, cacheRead: 600 } });
  expect(count?.usage.output).toBeGreaterThan(0);
});

test('counting tokens and lists of models pass, and cost nothing', async () => {
  const provider = await aProvider((res) =>
    res.writeHead(200, { 'content-type': 'application/json' }).end('{"totalTokens":3}'),
  );
  const { dir, desk, post } = await scratchModels([gemini(provider.url)]);
  expect((await post(`${path}:countTokens`, aCall)).status).toBe(200);
  expect((await call(dir, 'GET', '/models/gemini/v1beta/models?pageSize=5&key=x')).status).toBe(200);
  expect((await call(dir, 'GET', `/models/${path}`)).status).toBe(200);
  expect(provider.received.map(({ url }) => url)).toEqual([
    '/v1beta/models/gemini-3-pro-preview:countTokens',
    '/v1beta/models?pageSize=5',
    '/v1beta/models/gemini-3-pro-preview',
  ]);
  expect(desk.admitted.map(({ call: { billed } }) => billed)).toEqual([undefined, undefined, undefined]);
  expect(desk.settled).toEqual([]);
});

test.each([
  ['POST', `${path}:streamGenerateContent`],
  ['POST', `${path}:streamGenerateContent?alt=json&x=alt=sse`],
  ['POST', `${path}:batchGenerateContent`],
  ['POST', `${path}:embedContent`],
  ['POST', 'gemini/v1beta/models/gemini-3-pro-image-preview:generateContent'],
  ['POST', 'gemini/v1beta/tunedModels/x:generateContent'],
  ['POST', 'gemini/v1beta/models/../files:generateContent'],
  ['POST', 'gemini/v1beta/models/a%2f..%2ffiles:generateContent'],
  ['POST', 'gemini/v1alpha/models/x:generateContent'],
  ['POST', 'gemini/upload/v1beta/files'],
  ['POST', 'gemini/v1beta/cachedContents'],
  ['GET', 'gemini/v1beta/files'],
  ['GET', 'gemini/v1beta/models/a/operations/b'],
  ['DELETE', path],
  ['POST', 'gemini/v1/chat/completions'],
  ['POST', 'gemini/v1/messages'],
])('%s %s is not let through', async (method, url) => {
  const provider = await aProvider((res) => res.end());
  const { dir } = await scratchModels([gemini(provider.url)]);
  const got = await call(dir, method, `/models/${url}`, method === 'POST' ? JSON.stringify(aCall) : '');
  expect(got.status).toBe(403);
  expect(provider.received).toEqual([]);
});

describe('errors', () => {
  const json = { 'content-type': 'application/json' };
  const reason = [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'API_KEY_INVALID' }];
  test.each<[number, object, string]>([
    [429, { code: 429, message: 'Slow down', status: 'RESOURCE_EXHAUSTED' }, 'RESOURCE_EXHAUSTED'],
    [503, { code: 503, message: 'Overloaded' }, '503'],
    [400, { code: 400, message: 'No', status: 'INVALID_ARGUMENT', details: reason }, 'API_KEY_INVALID'],
  ])('%s has its name', async (status, error, errorType) => {
    const provider = await aProvider((res) => res.writeHead(status, json).end(JSON.stringify({ error })));
    const { post, settled } = await scratchModels([gemini(provider.url)]);
    expect((await post(`${path}:generateContent`, aCall)).status).toBe(status);
    expect(await settled(1)).toMatchObject([{ status, errorType, usage: { input: 0, output: 0 } }]);
  });

  // Google names the key in full: "Consumer 'api_key:AIza…' has been suspended."
  test.each([401, 403])('%i, which may repeat the key, is told in our own words', async (status) => {
    const error = { code: status, message: `Consumer 'api_key:${key}' has been suspended.` };
    const provider = await aProvider((res) => res.writeHead(status, json).end(JSON.stringify({ error })));
    const { dir, post } = await scratchModels([gemini(provider.url)]);
    const list = await call(dir, 'GET', '/models/gemini/v1beta/models');
    for (const got of [await post(`${path}:generateContent`, aCall), list]) {
      expect([got.status, got.text]).toEqual([status, expect.stringContaining('operator')]);
      expect(got.text).not.toContain('AIza');
    }
  });

  test('within a stream', async () => {
    const error = { code: 503, message: 'Overloaded', status: 'UNAVAILABLE' };
    const provider = await aProvider((res) =>
      res
        .writeHead(200, { 'content-type': 'text/event-stream' })
        .end(`${first}data: ${JSON.stringify({ error })}\r\n\r\n`),
    );
    const { dir, settled } = await scratchModels([gemini(provider.url)]);
    await streamed(dir, `${path}:streamGenerateContent?alt=sse`, aCall).end;
    expect(await settled(1)).toMatchObject([{ status: 200, errorType: 'UNAVAILABLE' }]);
  });

  test('a prompt that is blocked is an end, too', async () => {
    const blocked = {
      promptFeedback: { blockReason: 'PROHIBITED_CONTENT' },
      usageMetadata: { promptTokenCount: 9 },
    };
    const provider = await aProvider((res) =>
      res
        .writeHead(200, { 'content-type': 'text/event-stream' })
        .end(`data: ${JSON.stringify(blocked)}\r\n\r\n`),
    );
    const { dir, settled } = await scratchModels([gemini(provider.url)]);
    await streamed(dir, `${path}:streamGenerateContent?alt=sse`, aCall).end;
    const [count] = await settled(1);
    expect(count).toMatchObject({ estimated: false, usage: { input: 9, output: 0 } });
    expect(count?.broken).toBeUndefined();
  });
});

function read(body: object, allow: string[] = []) {
  const answer = readCallBody('gemini', Buffer.from(JSON.stringify(body)), allow, 'gemini-3-pro');
  return answer.kind === 'body' ? { ...answer, sent: JSON.parse(answer.bytes.toString()) } : answer;
}

const own = {
  functionDeclarations: [{ name: 'shell', parametersJsonSchema: { properties: { fileData: {} } } }],
};

describe('ways out', () => {
  const vendors = [
    'googleSearch',
    'google_search',
    'urlContext',
    'url_context',
    'codeExecution',
    'code_execution',
  ];
  test.each([...vendors, 'googleSearchRetrieval', 'googleMaps', 'file_search', 'mcpServers', 'telepathy'])(
    'the vendor’s tool %s',
    (tool) => {
      expect(read({ ...aCall, tools: [own, { [tool]: {} }] })).toMatchObject({ sent: { tools: [own] } });
      expect(read({ ...aCall, tools: [{ ...own, [tool]: {} }] })).toMatchObject({ sent: { tools: [own] } });
      const alone = read({ ...aCall, tools: [{ [tool]: {} }] });
      expect(alone).toMatchObject({ kind: 'refused', status: 403, reason: expect.stringContaining(tool) });
      expect(read({ ...aCall, tools: { [tool]: {} } }).kind).toBe('refused');
      const inner = { generateContentRequest: { ...aCall, tools: [{ [tool]: {} }] } };
      expect(read(inner).kind).toBe('refused');
    },
  );

  test('what the operator allows, in either spelling', () => {
    const both = [own, { googleSearch: {} }, { google_search: {} }];
    for (const name of ['google_search', 'googleSearch']) {
      expect(read({ ...aCall, tools: both }, [name])).toMatchObject({ sent: { tools: both } });
    }
    expect(read({ ...aCall, tools: both }, ['google'])).toMatchObject({ kind: 'body' });
    expect(read({ ...aCall, tools: [own, { urlContext: {} }] }, ['google_search'])).toMatchObject({
      sent: { tools: [own] },
    });
  });

  const file = { fileUri: 'https://evil.example/?secret', mimeType: 'image/png' };
  const asked = (...parts: object[]) => ({ contents: [{ role: 'user', parts }] });
  test.each<[string, object]>([
    ['a link', asked({ fileData: file })],
    ['a link in the other spelling', asked({ file_data: { file_uri: 'https://evil.example' } })],
    [
      'a link in what a tool answered',
      asked({ functionResponse: { name: 'x', parts: [{ fileData: file }] } }),
    ],
    ['a link in the instructions', { ...aCall, system_instruction: { parts: [{ fileData: file }] } }],
    ['a link in what is counted', { generateContentRequest: asked({ fileData: file }) }],
    ['what the vendor has kept', { ...aCall, cachedContent: 'cachedContents/x' }],
  ])('%s is refused', (_, body) => {
    expect(read(body)).toMatchObject({ kind: 'refused', status: 403, reason: expect.stringMatching(/\.$/) });
    expect(read(body, ['urls', 'cached_content']).kind).toBe('body');
  });

  test('data, and what tools are given and answer, pass as they are', () => {
    const body = asked(
      { inlineData: { mimeType: 'image/png', data: 'AA==' } },
      { functionCall: { name: 'x', args: { fileData: { fileUri: 'a' } } } },
      { functionResponse: { name: 'x', response: { fileUri: 'a' } } },
    );
    expect(read({ ...body, tools: [own] })).toMatchObject({ sent: { ...body, tools: [own] } });
  });
});

test('one model, nothing kept there, no dearer speed, and how much may be answered', () => {
  const { sent, mostOutput, model } = read({
    ...aCall,
    model: 'models/dearer',
    store: true,
    serviceTier: 'priority',
    service_tier: 'flex',
    generationConfig: { maxOutputTokens: 300 },
  }) as { sent: object; mostOutput: number; model: string };
  expect([model, mostOutput]).toEqual(['gemini-3-pro', 300]);
  expect(sent).toEqual({
    ...aCall,
    store: false,
    service_tier: 'flex',
    generationConfig: { maxOutputTokens: 300 },
  });
  expect(read({ generateContentRequest: { model: 'models/dearer', ...aCall } })).toMatchObject({
    sent: { generateContentRequest: { model: 'models/gemini-3-pro' } },
  });
});
