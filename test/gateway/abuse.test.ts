/** A container that does its worst with its socket: it is refused, and other runs and the host do not notice. */
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { call, event, raw, scratchGateway } from './scratch.ts';

const malformed: [string, string | Buffer][] = [
  ['not HTTP at all', 'hello there\r\n\r\n'],
  ['binary', Buffer.from([0x16, 0x03, 0x01, 0x00, 0xff, 0x00, 0x0a, 0x0d, 0x0a])],
  ['a null byte in the path', 'GET /assign\0ment HTTP/1.1\r\nhost: x\r\n\r\n'],
  ['two lengths', 'POST /events HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\ncontent-length: 4\r\n\r\nabcd'],
  [
    'length and chunks',
    'POST /events HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
  ],
  ['a negative chunk', 'POST /events HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n-1\r\nx'],
  ['no host', 'GET /assignment HTTP/1.1\r\n\r\n'],
];

test.each(malformed)('%s is refused and the socket goes on', async (_name, bytes) => {
  const { gateway, desk } = await scratchGateway({ headMs: 300, eventsMs: 300 });
  const { dir } = await gateway.open('run');
  expect(await raw(dir, bytes)).toMatch(/^HTTP\/1\.1 4\d\d /);
  expect(desk.stored).toEqual([]);
  expect((await call(dir, 'POST', '/events', event(1))).status).toBe(200);
});

test.each([
  ['a header', `x: ${'a'.repeat(17_000)}\r\n`],
  ['many headers', 'x: 12345\r\n'.repeat(1_700)],
])('a head of more than 16 KiB, by %s, is refused for its size and the socket goes on', async (_, lines) => {
  const { gateway } = await scratchGateway();
  const { dir } = await gateway.open('run');
  const head = (more: string) => `GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n${more}\r\n`;
  expect(await raw(dir, head(lines))).toMatch(/^HTTP\/1\.1 431 /);
  expect(await raw(dir, head(`x: ${'a'.repeat(15_000)}\r\n`))).toMatch(/^HTTP\/1\.1 404 /);
});

test('300 half-open connections: the run cuts itself off, its neighbour does not notice, and it heals', async () => {
  const { gateway } = await scratchGateway({ headMs: 1000 });
  const { dir } = await gateway.open('run');
  const other = await gateway.open('other');
  const sockets: Socket[] = [];
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
  });
  let closed = 0;
  for (let i = 0; i < 300; i += 1) {
    const socket = connect(join(dir, 'host.sock'));
    socket.on('error', () => {});
    socket.on('close', () => (closed += 1));
    socket.on('data', () => {});
    if (i % 2 === 0) socket.write('GET /assign');
    sockets.push(socket);
  }
  await expect.poll(() => closed).toBeGreaterThanOrEqual(44);
  expect((await call(other.dir, 'POST', '/events', event(1))).status).toBe(200);
  await expect.poll(() => closed, { timeout: 10_000 }).toBe(300);
  expect((await call(dir, 'POST', '/events', event(1))).status).toBe(200);
});

test('a body that drips is given up', async () => {
  const { gateway } = await scratchGateway({ eventsMs: 200 });
  const { dir } = await gateway.open('run');
  const started = performance.now();
  const answer = await raw(dir, 'POST /events HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{"seq":');
  expect(answer).toMatch(/^HTTP\/1\.1 408 /);
  expect(performance.now() - started).toBeLessThan(3000);
});

test('a bundle that falls silent is given up, one that drips is not', async () => {
  const { gateway, desk } = await scratchGateway({ bundleIdleMs: 300 });
  const { dir } = await gateway.open('run');
  const head = `PUT /bundle?head=${'b'.repeat(40)} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n`;
  await raw(dir, `${head}content-length: 100\r\n\r\nabc`);
  expect(desk.bundles).toEqual([]);
  const socket = connect(join(dir, 'host.sock'));
  socket.write(`${head}content-length: 8\r\n\r\n`);
  for (let i = 0; i < 8; i += 1) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    socket.write('x');
  }
  await expect.poll(() => desk.bundles.map((bundle) => bundle.bytes)).toEqual([8]);
  socket.destroy();
});

test('too large a body, announced or not, is refused without being kept', async () => {
  const { gateway, desk } = await scratchGateway({ eventsBytes: 1000 });
  const { dir } = await gateway.open('run');
  const announced = await raw(dir, 'POST /events HTTP/1.1\r\nhost: x\r\ncontent-length: 99999999\r\n\r\nabc');
  expect(announced).toMatch(/^HTTP\/1\.1 413 /);
  const chunk = `${(2000).toString(16)}\r\n${'x'.repeat(2000)}\r\n`;
  const chunked = `POST /events HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n${chunk}`;
  expect(await raw(dir, chunked)).toMatch(/^HTTP\/1\.1 413 /);
  expect(desk.stored).toEqual([]);
});

test('more requests at a time than one run needs are turned away', async () => {
  const { gateway, desk } = await scratchGateway({ requests: 2 });
  const { dir } = await gateway.open('run');
  const streams = [call(dir, 'GET', '/messages?after=0'), call(dir, 'GET', '/messages?after=0')];
  await expect.poll(() => desk.streams).toBe(2);
  expect((await call(dir, 'GET', '/assignment')).status).toBe(429);
  await gateway.close('run');
  expect((await Promise.all(streams)).map((answer) => answer.status)).toEqual([200, 200]);
});
