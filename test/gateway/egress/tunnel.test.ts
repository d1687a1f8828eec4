/** Tunnels over a run's socket to servers of this machine: what passes, what is held to its name, how they end. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import type { Duplex } from 'node:stream';
import { text as textOf } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import { expect, test, vi } from 'vitest';
import { startForwardProxy } from '#test/support/proxy.ts';
import { scratchGateway } from '../scratch.ts';
import { home, httpsServer, tcpServer, tunnel } from './outside.ts';

/** A GET over TLS in a tunnel. */
async function get(socket: Duplex, name: string, ca: string, servername = name): Promise<string> {
  const secure = connectTls({
    socket,
    servername,
    ca: readFileSync(ca),
    checkServerIdentity: () => undefined,
  });
  await once(secure, 'secureConnect');
  const asking = request({ createConnection: () => secure, headers: { host: name } }).end();
  const [response] = await once(asking, 'response');
  return await textOf(response);
}

test('TLS to an allowed name passes, whatever its case and dot', async () => {
  const { port, ca } = await httpsServer('good.example', (_req, res) => res.end('hello'));
  const target = `good.example:${port}`;
  const { gateway, refused, logged } = await scratchGateway({}, undefined, {
    allow: [target],
    privateHosts: [target],
    lookup: home,
  });
  const { dir } = await gateway.open('run');
  const { status, socket } = await tunnel(dir, `GOOD.Example.:${port}`);
  expect(status).toBe(200);
  expect(await get(socket, 'good.example', ca)).toBe('hello');
  socket.destroy();
  await vi.waitFor(() => expect(logged.join('')).toContain('a tunnel ended'));
  const end = logged.map((line) => JSON.parse(line)).find(({ msg }) => msg === 'a tunnel ended');
  expect(end).toMatchObject({ run: 'run', target });
  expect(end.up).toBeGreaterThan(200);
  expect(end.down).toBeGreaterThan(500);
  expect(refused).toEqual([]);
});

test('another name inside is refused and no byte of it goes out', async () => {
  const server = await tcpServer();
  const target = `good.example:${server.port}`;
  const { gateway, refused } = await scratchGateway({}, undefined, {
    allow: [target],
    privateHosts: [target],
    lookup: home,
  });
  const { dir } = await gateway.open('run');
  const { socket } = await tunnel(dir, target);
  const secure = connectTls({ socket, servername: 'evil.example' });
  const [error] = await once(secure, 'error');
  expect(error.code).toMatch(/ACCESS_DENIED/);
  await vi.waitFor(() => expect(refused).toEqual([{ run: 'run', host: target, reason: 'other_name' }]));
  expect(server.heard()).toBe('');
});

test('a name that leads to this machine is refused before it is dialled, unless the operator named it', async () => {
  const server = await tcpServer();
  const target = `good.example:${server.port}`;
  const { gateway, refused } = await scratchGateway({}, undefined, { allow: [target], lookup: home });
  const { dir } = await gateway.open('run');
  const answer = await tunnel(dir, target);
  expect(answer.status).toBe(403);
  expect(await answer.text()).toContain('leads to an address that is not on the public internet');
  expect(refused).toEqual([{ run: 'run', host: target, reason: 'not_public' }]);
  expect(server.sockets).toEqual([]);
});

test('a name is looked up once for a connection, so an answer that changes is of no use', async () => {
  const server = await tcpServer();
  const target = `good.example:${server.port}`;
  let asked = 0;
  const rebinding = async () => {
    asked += 1;
    // Public where it is checked; a second look would lead home.
    return [{ address: asked === 1 ? '192.88.98.1' : '127.0.0.1', family: 4 }];
  };
  const { gateway } = await scratchGateway({}, undefined, {
    allow: [target],
    privateHosts: [],
    lookup: rebinding,
    dialMs: 300,
  });
  const { dir } = await gateway.open('run');
  const answer = await tunnel(dir, target);
  expect(answer.status).toBe(502);
  expect(asked).toBe(1);
  expect(server.sockets).toEqual([]);
  const second = await tunnel(dir, target);
  expect(second.status).toBe(403);
  expect(server.sockets).toEqual([]);
});

test('a metadata service stays closed even where it is allowed and private', async () => {
  const target = '169.254.169.254:80';
  const { gateway, refused } = await scratchGateway({}, undefined, {
    allow: [target],
    privateHosts: [target],
  });
  const { dir } = await gateway.open('run');
  expect((await tunnel(dir, '0xa9fea9fe:80')).status).toBe(403);
  expect(refused).toEqual([{ run: 'run', host: target, reason: 'not_public' }]);
});

test('a port that is not on the list is refused although the name is', async () => {
  const { gateway, refused } = await scratchGateway({}, undefined, {
    allow: ['good.example:443'],
    lookup: home,
  });
  const { dir } = await gateway.open('run');
  expect((await tunnel(dir, 'good.example:22')).status).toBe(403);
  expect((await tunnel(dir, 'sub.good.example:443')).status).toBe(403);
  expect((await tunnel(dir, 'good.example.evil.example:443')).status).toBe(403);
  expect(refused.map(({ reason }) => reason)).toEqual(['not_listed', 'not_listed', 'not_listed']);
});

test('each side may end while the other goes on', async () => {
  const server = await tcpServer('220 hello\r\n');
  const target = `mail.example:${server.port}`;
  const { gateway } = await scratchGateway({}, undefined, {
    allow: [target],
    privateHosts: [target],
    lookup: home,
  });
  const { dir } = await gateway.open('run');
  const { socket } = await tunnel(dir, target);
  expect(String((await once(socket, 'data'))[0])).toBe('220 hello\r\n');
  socket.end('QUIT\r\n');
  await vi.waitFor(() => expect(server.heard()).toBe('QUIT\r\n'));
  await vi.waitFor(() => expect(server.sockets[0]?.readableEnded).toBe(true));
  const rest = textOf(socket);
  server.sockets[0]?.end('221 bye\r\n');
  expect(await rest).toBe('221 bye\r\n');
});

test('tunnels end with silence, at once or after words, and there are only so many', async () => {
  const server = await tcpServer();
  const target = `good.example:${server.port}`;
  const { gateway, refused } = await scratchGateway({ tunnels: 3, tunnelIdleMs: 700 }, undefined, {
    allow: [target],
    privateHosts: [target],
    lookup: home,
  });
  const { dir } = await gateway.open('run');
  const first = await tunnel(dir, target);
  const second = await tunnel(dir, target);
  const third = await tunnel(dir, target);
  expect((await tunnel(dir, target)).status).toBe(403);
  expect(refused).toEqual([{ run: 'run', host: target, reason: 'too_many' }]);
  const quiet = Promise.all([once(second.socket, 'close'), once(third.socket, 'close')]);
  for (let turn = 0; turn < 8; turn += 1) {
    first.socket.write('.');
    if (turn < 2) third.socket.write('.');
    await sleep(200);
  }
  await quiet;
  expect(first.socket.destroyed).toBe(false);
  expect((await tunnel(dir, target)).status).toBe(200);
});

test('tunnels end with their run', async () => {
  const server = await tcpServer();
  const target = `good.example:${server.port}`;
  const outside = { allow: [target], privateHosts: [target], lookup: home };
  const { gateway } = await scratchGateway({}, undefined, outside);
  const { dir } = await gateway.open('run');
  const { socket } = await tunnel(dir, target);
  const over = once(socket, 'close');
  await gateway.close('run');
  await over;
  await vi.waitFor(() => expect(server.sockets.every(({ readableEnded }) => readableEnded)).toBe(true));
}, 10_000);

test('a place that cannot be reached is no refusal', async () => {
  const nothing = async () => Promise.reject(new Error('ENOTFOUND'));
  const { gateway, refused } = await scratchGateway({}, undefined, {
    allow: ['a.example:443'],
    lookup: nothing,
  });
  const { dir } = await gateway.open('run');
  const answer = await tunnel(dir, 'a.example:443');
  expect(answer.status).toBe(502);
  expect(await answer.text()).toContain('its name could not be resolved');
  expect(refused).toEqual([]);
});

test.each(['a name that is never resolved', 'a proxy that never answers'])(
  'a place that is slow to reach is given up: %s',
  async (what) => {
    const proxy = await tcpServer();
    const proxies = { https_proxy: `http://127.0.0.1:${proxy.port}` };
    const { gateway } = await scratchGateway({}, undefined, {
      allow: ['a.example:443'],
      lookup: () => new Promise(() => {}),
      dialMs: 200,
      ...(what.startsWith('a proxy') ? { proxies } : {}),
    });
    const { dir } = await gateway.open('run');
    const answer = await tunnel(dir, 'a.example:443');
    expect(answer.status).toBe(502);
    expect(await answer.text()).toContain('no connection within 0.2 s');
    for (const socket of proxy.sockets) await vi.waitFor(() => expect(socket.readableEnded).toBe(true));
  },
  10_000,
);

test('behind a proxy of the company the tunnel goes through it, and the lists hold all the same', async () => {
  const { port, ca } = await httpsServer('good.example', (_req, res) => res.end('hello'));
  const proxy = await startForwardProxy({ 'good.example': port });
  const { gateway } = await scratchGateway({}, undefined, {
    allow: ['good.example:443', 'other.example:443'],
    proxies: { https_proxy: proxy.url.replace('//', '//me:secret@'), no_proxy: 'localhost' },
    lookup: async () => Promise.reject(new Error('no names here')),
  });
  const { dir } = await gateway.open('run');
  const { status, socket } = await tunnel(dir, 'good.example:443');
  expect(status).toBe(200);
  expect(await get(socket, 'good.example', ca)).toBe('hello');
  expect((await tunnel(dir, 'evil.example:443')).status).toBe(403);
  const failed = await tunnel(dir, 'other.example:443');
  expect(failed.status).toBe(502);
  expect(await failed.text()).toContain('the proxy answered 502');
  expect(proxy.asked).toEqual(['CONNECT good.example:443', 'CONNECT other.example:443']);
  await proxy.close();
});
