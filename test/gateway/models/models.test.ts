/** What passes between a run and a provider, and what does not. */
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { type IncomingMessage, request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { scratchDir } from '../../store/scratch.ts';
import { call } from '../scratch.ts';
import { aMessage, aProvider, scratchModels, streamed } from './scratch.ts';

const answer = JSON.stringify({ type: 'message', usage: { input_tokens: 10, output_tokens: 5 } });

test('the box has no key, the provider sees the real one and nothing else of the box that matters', async () => {
  const provider = await aProvider((res) =>
    res
      .writeHead(200, {
        'content-type': 'application/json',
        'request-id': 'req_1',
        'anthropic-ratelimit-requests-remaining': '9',
        'anthropic-organization-id': 'org_secret',
        'set-cookie': 'session=secret',
      })
      .end(answer),
  );
  const { post, logged } = await scratchModels([{ url: `${provider.url}/base` }]);
  const got = await post('anthropic/v1/messages?beta=true&secret=1', aMessage, {
    'x-api-key': 'dummy',
    authorization: 'Bearer dummy',
    cookie: 'a=b',
    'anthropic-version': '2023-06-01',
    'anthropic-beta': 'tools-1',
    'x-stainless-lang': 'js',
    'openai-organization': 'other',
    'x-forwarded-for': '10.0.0.1',
    'proxy-authorization': 'Basic x',
  });
  expect(got).toMatchObject({ status: 200, text: answer });
  expect(got.headers).toMatchObject({ 'request-id': 'req_1', 'anthropic-ratelimit-requests-remaining': '9' });
  expect(Object.keys(got.headers)).not.toContain('set-cookie');
  expect(JSON.stringify(got.headers)).not.toContain('org_secret');
  const [received] = provider.received;
  expect(received?.url).toBe('/base/v1/messages?beta=true');
  expect(received?.headers).toEqual({
    host: new URL(provider.url).host,
    connection: 'keep-alive',
    'x-api-key': 'sk-real',
    'anthropic-version': '2023-06-01',
    'anthropic-beta': 'tools-1',
    'x-stainless-lang': 'js',
    'accept-encoding': 'identity',
    'content-type': 'application/json',
    'content-length': String(JSON.stringify(aMessage).length),
  });
  expect(logged.join('')).not.toContain('sk-real');
});

test('an OpenAI provider gets a bearer, with or without /v1 in the base URL of the client', async () => {
  const provider = await aProvider((res) =>
    res.writeHead(200, { 'content-type': 'application/json' }).end('{}'),
  );
  const { post } = await scratchModels([{ name: 'local', api: 'openai', url: `${provider.url}/v1` }]);
  const body = { model: 'm', messages: [] };
  await post('local/v1/chat/completions', body, { authorization: 'Bearer dummy' });
  await post('local/responses', { model: 'm', input: 'hi' });
  expect(provider.received.map(({ url, headers }) => [url, headers.authorization])).toEqual([
    ['/v1/chat/completions', 'Bearer sk-real'],
    ['/v1/responses', 'Bearer sk-real'],
  ]);
  expect(provider.received.map(({ headers }) => headers['x-api-key'])).toEqual([undefined, undefined]);
});

describe('only the paths that a CLI needs', () => {
  const refused: [string, string][] = [
    ['POST', '/models/anthropic/v1/files'],
    ['POST', '/models/anthropic/v1/messages/batches'],
    ['GET', '/models/anthropic/v1/messages'],
    ['POST', '/models/anthropic/v1/messages/../files'],
    ['POST', '/models/anthropic/v1/organizations/invites'],
    ['GET', '/models/anthropic/v1/models/..'],
    ['GET', '/models/anthropic/v1/models/a/b'],
    ['DELETE', '/models/anthropic/v1/models/x'],
    ['POST', '/models/anthropic/v1/messages%2f..%2ffiles'],
    ['POST', '/models/openai/v1/files'],
    ['POST', '/models/openai/v1/images/generations'],
    ['POST', '/models/openai/v1/embeddings'],
    ['POST', '/models/openai/v1/assistants'],
    ['GET', '/models/openai/v1/responses/resp_1'],
    ['POST', '/models/openai/v1/v1/responses'],
  ];
  test.each(refused)('%s %s is not one of them', async (method, path) => {
    const provider = await aProvider((res) => res.end());
    const openai = { name: 'openai', api: 'openai', url: provider.url } as const;
    const { dir } = await scratchModels([{ url: provider.url }, openai]);
    const got = await call(dir, method, path, method === 'POST' ? '{"model":"m"}' : '');
    expect(got.status).toBe(403);
    expect(JSON.parse(got.text)).toMatchObject({ type: 'error', error: { type: 'permission_error' } });
    expect(got.headers['x-should-retry']).toBe('false');
    expect(provider.received).toEqual([]);
  });

  test('lists of models, counts of tokens and the greeting pass, and cost nothing', async () => {
    const provider = await aProvider((res) =>
      res.writeHead(200, { 'content-type': 'application/json' }).end('{"data":[]}'),
    );
    const { dir, desk, post } = await scratchModels([{ url: provider.url }]);
    expect((await call(dir, 'HEAD', '/models/anthropic/api/hello')).status).toBe(200);
    expect((await call(dir, 'GET', '/models/anthropic/v1/models?limit=5&x=y')).status).toBe(200);
    expect((await call(dir, 'GET', '/models/anthropic/v1/models/claude-sonnet-5')).status).toBe(200);
    expect((await post('anthropic/v1/messages/count_tokens', aMessage)).status).toBe(200);
    expect(provider.received.map(({ url }) => url)).toEqual([
      '/v1/models?limit=5',
      '/v1/models/claude-sonnet-5',
      '/v1/messages/count_tokens',
    ]);
    expect(desk.admitted.map(({ call: { billed } }) => billed)).toEqual([undefined, undefined, undefined]);
    expect(desk.settled).toEqual([]);
  });

  test('a provider that is not set up', async () => {
    const { post } = await scratchModels([{}]);
    expect(await post('nobody/v1/messages', aMessage)).toMatchObject({
      status: 404,
      text: expect.stringMatching(/there are anthropic/),
    });
    expect(await post('__proto__/v1/messages', aMessage)).toMatchObject({ status: 404 });
    expect(await post('', aMessage)).toMatchObject({ status: 404 });
  });
});

describe('bodies', () => {
  const bad: [string, string, Record<string, string>, number][] = [
    ['no JSON', 'hello', {}, 400],
    ['a list', '[]', {}, 400],
    ['no model', '{}', {}, 400],
    ['a model that is no name', '{"model":"a\\nb"}', {}, 400],
    ['nested without end', `{"model":"m","x":${'['.repeat(5_000)}${']'.repeat(5_000)}}`, {}, 400],
    ['not UTF-8', '{"model":"m","x":"\xff"}', {}, 400],
    ['compressed', '{"model":"m"}', { 'content-encoding': 'gzip' }, 415],
    ['too large', `{"model":"m","x":"${'x'.repeat(20_000)}"}`, {}, 413],
  ];
  test.each(bad)('%s', async (_, body, headers, status) => {
    const provider = await aProvider((res) => res.end());
    const { dir, desk } = await scratchModels([{ url: provider.url }], { bodyBytes: 15_000 });
    const got = await call(
      dir,
      'POST',
      '/models/anthropic/v1/messages',
      Buffer.from(body, 'latin1'),
      headers,
    );
    expect(got.status).toBe(status);
    expect(JSON.parse(got.text).error.message).toMatch(/\.$/);
    expect(provider.received).toEqual([]);
    expect(desk.admitted).toEqual([]);
  });

  test('what stands twice reaches the provider once, as it was checked', async () => {
    const provider = await aProvider((res) => res.end('{}'));
    const { dir } = await scratchModels([{ url: provider.url }]);
    const body = '{"model":"a","model":"b","mcp_servers":[{"url":"https://x"}],"mcp_servers":[]}';
    await call(dir, 'POST', '/models/anthropic/v1/messages', body);
    expect(provider.received[0]?.body).toBe('{"model":"b","mcp_servers":[]}');
  });

  test('requests of all runs together have an end in memory', async () => {
    const provider = await aProvider((res) => res.end('{}'));
    const { post, desk } = await scratchModels([{ url: provider.url }], { heldBytes: 10 });
    expect(await post('anthropic/v1/messages', aMessage)).toMatchObject({ status: 429 });
    expect(desk.admitted).toEqual([]);
  });
});

test('what the desk refuses never reaches the provider', async () => {
  const provider = await aProvider((res) => res.end());
  const { post, desk } = await scratchModels([{ url: provider.url }]);
  desk.answer = { kind: 'refused', status: 402, reason: 'This run has used all of limits.spend.run.' };
  const got = await post('anthropic/v1/messages', aMessage);
  expect(got.status).toBe(402);
  expect(JSON.parse(got.text)).toEqual({
    type: 'error',
    error: {
      type: 'billing_error',
      code: 'billing_error',
      message: 'This run has used all of limits.spend.run.',
    },
  });
  expect(provider.received).toEqual([]);
  expect(desk.settled).toEqual([]);
});

test('a call waits until the count of the one before is stored', async () => {
  const provider = await aProvider((res) =>
    res.writeHead(200, { 'content-type': 'application/json' }).end(answer),
  );
  const { post, desk } = await scratchModels([{ url: provider.url }]);
  desk.slow = 100;
  await post('anthropic/v1/messages', aMessage);
  const before = desk.settled.length;
  desk.answer = { kind: 'refused', status: 402, reason: 'No.' };
  await post('anthropic/v1/messages', aMessage);
  expect(before).toBe(0);
  expect(desk.settled).toHaveLength(1);
});

describe('streams', () => {
  test('come byte by byte as the provider sends them', async () => {
    const sent: number[] = [];
    const provider = await aProvider(async (res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      for (let count = 0; count < 5; count += 1) {
        sent.push(performance.now());
        res.write(`event: ping\ndata: {"count":${count}}\n\n`);
        await sleep(100);
      }
      res.end();
    });
    const { dir } = await scratchModels([{ url: provider.url }]);
    const { chunks, end } = streamed(dir, 'anthropic/v1/messages', { ...aMessage, stream: true });
    expect(await end).toBe('complete');
    expect(chunks).toHaveLength(5);
    for (const [index, { at }] of chunks.entries()) expect(at - (sent[index] ?? 0)).toBeLessThan(90);
  });

  test('a head without a body yet comes at once', async () => {
    const provider = await aProvider((res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
    });
    const { dir } = await scratchModels([{ url: provider.url }]);
    const answered = await fetchHead(dir);
    expect(answered).toBe(200);
  });

  test('one that the run gives up ends at the provider', async () => {
    const closed = Promise.withResolvers<void>();
    const provider = await aProvider((res) => {
      res.on('close', () => closed.resolve());
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      res.write('event: ping\ndata: {}\n\n');
    });
    const { dir, settled } = await scratchModels([{ url: provider.url }]);
    const stream = streamed(dir, 'anthropic/v1/messages', { ...aMessage, stream: true });
    await expect.poll(() => stream.chunks.length).toBe(1);
    stream.abort();
    await closed.promise;
    expect(await settled(1)).toMatchObject([{ status: 200, broken: 'given_up', estimated: true }]);
  });

  test('a long one comes whole to a reader that takes breaks', async () => {
    const piece = Buffer.alloc(10_000, 'x');
    const provider = await aProvider(async (res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      for (let sent = 0; sent < 2_000; sent += 1) {
        if (!res.write(piece)) await new Promise((go) => res.once('drain', go));
      }
      res.end();
    });
    const { dir } = await scratchModels([{ url: provider.url }]);
    let bytes = 0;
    const options = {
      socketPath: join(dir, 'host.sock'),
      method: 'POST',
      path: '/models/anthropic/v1/messages',
    };
    const req = request(options).end(JSON.stringify(aMessage));
    const [res] = (await once(req, 'response')) as [IncomingMessage];
    for await (const chunk of res) {
      if (Math.floor(bytes / 2e6) !== Math.floor((bytes + chunk.length) / 2e6)) await sleep(20);
      bytes += chunk.length;
    }
    expect(bytes).toBe(20_000_000);
  });

  test('a slow reader holds the provider back and not the memory of the host', async () => {
    let written = 0;
    const provider = await aProvider(async (res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      const piece = Buffer.alloc(64 * 1024, 'x');
      for (; written < 256 && !res.destroyed; written += 1) {
        if (!res.write(piece)) await Promise.race([new Promise((go) => res.once('drain', go)), sleep(3_000)]);
        if (res.writableNeedDrain) return;
      }
    });
    const { dir } = await scratchModels([{ url: provider.url }]);
    const req = request({
      socketPath: join(dir, 'host.sock'),
      method: 'POST',
      path: '/models/anthropic/v1/messages',
    });
    req.on('response', (res) => res.pause());
    req.on('error', () => {});
    req.end(JSON.stringify(aMessage));
    await sleep(800);
    const soon = written;
    await sleep(400);
    expect(written).toBe(soon);
    expect(soon).toBeLessThan(256);
    req.destroy();
  });
});

describe('a provider that fails', () => {
  test('its errors pass with their bodies and cost nothing', async () => {
    const body = '{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}';
    const provider = await aProvider((res) =>
      res.writeHead(529, { 'content-type': 'application/json', 'retry-after': '7' }).end(body),
    );
    const { post, settled } = await scratchModels([{ url: provider.url }]);
    const got = await post('anthropic/v1/messages', aMessage);
    expect(got).toMatchObject({ status: 529, text: body });
    expect(got.headers['retry-after']).toBe('7');
    expect(await settled(1)).toMatchObject([
      { status: 529, errorType: 'overloaded_error', estimated: false, usage: { input: 0, output: 0 } },
    ]);
  });

  test('unreachable is a 502 that may be tried again', async () => {
    const { post, settled } = await scratchModels([{}]);
    const got = await post('anthropic/v1/messages', aMessage);
    expect(got).toMatchObject({
      status: 502,
      text: expect.stringMatching(/could not be reached \(ECONNREFUSED\)/),
    });
    expect(got.headers['x-should-retry']).toBe('true');
    expect(await settled(1)).toMatchObject([{ status: 0, broken: 'unreachable', estimated: false }]);
  });

  test('a redirect is not followed', async () => {
    const provider = await aProvider((res) => res.writeHead(307, { location: 'http://127.0.0.1:9/' }).end());
    const { post } = await scratchModels([{ url: provider.url }]);
    const got = await post('anthropic/v1/messages', aMessage);
    expect(got).toMatchObject({ status: 502, text: expect.stringMatching(/redirect/) });
    expect(got.headers.location).toBeUndefined();
    expect(provider.received).toHaveLength(1);
  });

  test('an answer that is compressed cannot be counted', async () => {
    const provider = await aProvider((res) => res.writeHead(200, { 'content-encoding': 'gzip' }).end('xx'));
    const { post } = await scratchModels([{ url: provider.url }]);
    expect(await post('anthropic/v1/messages', aMessage)).toMatchObject({
      status: 502,
      text: expect.stringMatching(/compresses/),
    });
  });

  test('silence before the answer and within it ends', async () => {
    const provider = await aProvider((res, _, count) => {
      if (count === 2) res.writeHead(200, { 'content-type': 'text/event-stream' }).write('event: ping\n\n');
    });
    const { dir, post, settled } = await scratchModels([{ url: provider.url }], { silenceMs: 150 });
    expect(await post('anthropic/v1/messages', aMessage)).toMatchObject({ status: 504 });
    expect(await streamed(dir, 'anthropic/v1/messages', aMessage).end).toBe('cut');
    expect(await settled(2)).toMatchObject([
      { status: 0, broken: 'stalled' },
      { status: 200, broken: 'stalled' },
    ]);
  });

  test('a kept connection that was closed meanwhile is not the call’s fault', async () => {
    const provider = await aProvider((res, _, count) => {
      res.writeHead(200, { 'content-type': 'application/json' }).end(answer);
      // Cut right after the answer, without the notice that would let the client know.
      if (count === 1) setTimeout(() => res.socket?.resetAndDestroy(), 30);
    });
    const { post } = await scratchModels([{ url: provider.url }]);
    await post('anthropic/v1/messages', aMessage);
    await sleep(25);
    const later = await Promise.all([post('anthropic/v1/messages', aMessage), sleep(10)]);
    expect(later[0].status).toBe(200);
  });
});

describe('keys that change', () => {
  const takes = (good: () => string) =>
    aProvider((res, { headers }) => {
      if (headers['x-api-key'] === good()) {
        return res.writeHead(200, { 'content-type': 'application/json' }).end(answer);
      }
      res.writeHead(401, { 'content-type': 'application/json' });
      res.end(
        `{"type":"error","error":{"type":"authentication_error","message":"bad ${headers['x-api-key']}"}}`,
      );
    });

  test('a refused key is read anew, and the call made once more', async () => {
    const dir = await scratchDir();
    const path = join(dir, 'count');
    const script = join(dir, 'key.sh');
    await writeFile(path, '');
    await writeFile(script, `#!/bin/sh\necho x >> "${path}"\necho sk-$(wc -l < "${path}" | tr -d ' ')\n`, {
      mode: 0o755,
    });
    let good = 'sk-1';
    const provider = await takes(() => good);
    const { post, settled } = await scratchModels([
      { url: provider.url, key: { from: 'command', argv: [script] } },
    ]);
    expect((await post('anthropic/v1/messages', aMessage)).status).toBe(200);
    good = 'sk-2';
    expect((await post('anthropic/v1/messages', aMessage)).status).toBe(200);
    expect(provider.received.map(({ headers }) => headers['x-api-key'])).toEqual(['sk-1', 'sk-1', 'sk-2']);
    expect(await settled(2)).toMatchObject([{ status: 200 }, { status: 200 }]);
  });

  test('a file is read again when it changes', async () => {
    const path = join(await scratchDir(), 'key');
    await writeFile(path, 'sk-one\n');
    const provider = await takes(() => 'sk-two');
    const { post } = await scratchModels([{ url: provider.url, key: { from: 'file', path } }]);
    expect((await post('anthropic/v1/messages', aMessage)).status).toBe(401);
    await writeFile(path, 'sk-two\n');
    expect((await post('anthropic/v1/messages', aMessage)).status).toBe(200);
    expect(provider.received).toHaveLength(2);
  });

  test('one that stays refused is asked with once, and the provider’s words about it stay here', async () => {
    const provider = await takes(() => 'another');
    const { post, settled } = await scratchModels([{ url: provider.url }]);
    const got = await post('anthropic/v1/messages', aMessage);
    expect(got).toMatchObject({ status: 401, text: expect.stringMatching(/does not take the key/) });
    expect(got.text).not.toContain('sk-real');
    expect(provider.received).toHaveLength(1);
    expect(await settled(1)).toMatchObject([{ status: 401, errorType: 'authentication_error' }]);
  });

  test('without a key to be had nothing is sent', async () => {
    const provider = await takes(() => 'any');
    const key = { from: 'file', path: '/nowhere/key' } as const;
    const { post, logged } = await scratchModels([{ url: provider.url, key }]);
    expect(await post('anthropic/v1/messages', aMessage)).toMatchObject({ status: 503 });
    expect(provider.received).toEqual([]);
    expect(logged.join('')).toMatch(/its file cannot be read \(ENOENT\)/);
  });
});

test('at most so many calls of one run at a time; the others wait their turn', async () => {
  let open = 0;
  let most = 0;
  const provider = await aProvider(async (res) => {
    open += 1;
    most = Math.max(most, open);
    await sleep(50);
    open -= 1;
    res.writeHead(200, { 'content-type': 'application/json' }).end(answer);
  });
  const { post } = await scratchModels([{ url: provider.url }], { calls: 3 });
  const all = await Promise.all(Array.from({ length: 10 }, () => post('anthropic/v1/messages', aMessage)));
  expect(all.map(({ status }) => status)).toEqual(Array(10).fill(200));
  expect(most).toBe(3);
});

function fetchHead(dir: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const options = {
      socketPath: join(dir, 'host.sock'),
      method: 'POST',
      path: '/models/anthropic/v1/messages',
    };
    const req = request(options, (res) => {
      resolve(res.statusCode ?? 0);
      req.destroy();
    });
    req.on('error', reject);
    req.end(JSON.stringify(aMessage));
  });
}
