/** Health, readiness, and an end that does not hang. */

import { once } from 'node:events';
import { connect } from 'node:net';
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { type HttpServer, type ServerParts, startServer } from '#src/http/server.ts';
import { scratchStore } from '../store/scratch.ts';

async function serve(over: Partial<ServerParts> = {}): Promise<HttpServer> {
  const { inbox } = await scratchStore();
  const parts = {
    host: '127.0.0.1',
    port: 0,
    secret: 'a long secret',
    inbox,
    log: pino({ level: 'silent' }),
    now: Date.now,
  };
  const server = await startServer({ ...parts, arrived: () => undefined, missing: async () => [], ...over });
  onTestFinished(() => server.close().catch(() => undefined));
  return server;
}

async function get(url: string) {
  const answer = await fetch(url);
  return { status: answer.status, body: await answer.json() };
}

test('it is alive as soon as it listens', async () => {
  const { url } = await serve({ missing: async () => ['everything'] });
  expect(await get(`${url}/healthz`)).toEqual({ status: 200, body: { alive: true } });
});

test('it is ready when nothing is missing', async () => {
  const { url } = await serve();
  expect(await get(`${url}/readyz`)).toEqual({ status: 200, body: { ready: true, missing: [] } });
});

test('it is not ready while something is missing, and says what', async () => {
  const { url } = await serve({ missing: async () => ['The engine does not answer.'] });
  expect(await get(`${url}/readyz`)).toEqual({
    status: 503,
    body: { ready: false, missing: ['The engine does not answer.'] },
  });
});

test('what was set aside is said, and does not keep it from being ready', async () => {
  const { url } = await serve({ setAside: async () => ['The service died 3 times.'] });
  expect(await get(`${url}/readyz`)).toEqual({
    status: 200,
    body: { ready: true, missing: [], setAside: ['The service died 3 times.'] },
  });
});

test('what waits for the operator is said, and does not keep it from being ready', async () => {
  const { url } = await serve({ waiting: async () => ['A key is refused.'] });
  expect(await get(`${url}/readyz`)).toEqual({
    status: 200,
    body: { ready: true, missing: [], waiting: ['A key is refused.'] },
  });
});

test('a fault of ours is a 500 that tells nothing of itself', async () => {
  const { url } = await serve({ missing: () => Promise.reject(new Error('password is hunter2')) });
  const { status, body } = await get(`${url}/readyz`);
  expect(status).toBe(500);
  expect(JSON.stringify(body)).not.toContain('hunter2');
});

test('metrics are told in the format of who asks for them', async () => {
  const metrics = { contentType: 'text/plain; version=0.0.4', text: async () => 'up 1\n' };
  const { url } = await serve({ metrics });
  const answer = await fetch(`${url}/metrics`);
  expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4');
  expect(await answer.text()).toBe('up 1\n');
});

test('anything else is not there', async () => {
  const { url } = await serve();
  expect((await get(`${url}/nothing`)).status).toBe(404);
});

test('a port in use is an error and not a silence', async () => {
  const { url } = await serve();
  await expect(serve({ port: Number(new URL(url).port) })).rejects.toThrow(/EADDRINUSE/);
});

test('it closes although a client keeps its connection open, and listens no more', async () => {
  const { url, close } = await serve();
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  await once(socket, 'connect');
  socket.on('error', () => undefined);
  socket.write('POST /api/github/webhooks HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{');
  await fetch(`${url}/healthz`);
  const before = performance.now();
  await close();
  expect(performance.now() - before).toBeLessThan(4_000);
  await expect(fetch(`${url}/healthz`)).rejects.toThrow();
  socket.destroy();
});
