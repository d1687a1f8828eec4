/** The way out: every form of asking for it is refused by name, and nothing strange gets a name. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { call, raw, scratchGateway } from './scratch.ts';

test('CONNECT is answered with the name before anything is dialled', async () => {
  const { gateway, refused } = await scratchGateway();
  const { dir } = await gateway.open('run');
  let dialled = 0;
  const server = createServer(() => (dialled += 1)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const answer = await raw(dir, `CONNECT LocalHost:${port} HTTP/1.1\r\nhost: x\r\n\r\n`);
  expect(answer).toMatch(/^HTTP\/1\.1 403 Forbidden\r\n/);
  expect(answer).toContain(`does not let this run reach localhost:${port}`);
  expect(refused).toEqual([{ run: 'run', host: `localhost:${port}`, reason: 'not_listed' }]);
  const early = await raw(dir, `CONNECT 127.0.0.1:${port} HTTP/1.1\r\n\r\n\x16\x03\x01 early bytes`);
  expect(early).toMatch(/^HTTP\/1\.1 4/);
  expect(dialled).toBe(0);
  server.close();
});

test.each([
  ['null byte', 'CONNECT evil\0.example:443 HTTP/1.1'],
  ['user information', 'CONNECT github.com@evil.example:443 HTTP/1.1'],
  ['encoded', 'CONNECT github.com%2eevil.example:443 HTTP/1.1'],
  ['no port', 'CONNECT github.com HTTP/1.1'],
  ['absolute', 'CONNECT http://github.com:443 HTTP/1.1'],
  ['zone', 'CONNECT [fe80::1%eth0]:443 HTTP/1.1'],
])('CONNECT with %s is malformed and not repeated', async (_name, line) => {
  const { gateway, refused } = await scratchGateway();
  const { dir } = await gateway.open('run');
  const answer = await raw(dir, `${line}\r\nhost: x\r\n\r\n`);
  expect(answer).toMatch(/^HTTP\/1\.1 400 /);
  expect(answer).not.toMatch(/evil|inject/i);
  expect(refused).toEqual([]);
});

test('what follows a line break is no part of the name', async () => {
  const { gateway, refused } = await scratchGateway();
  const { dir } = await gateway.open('run');
  const answer = await raw(dir, 'CONNECT a:443\r\nX-Injected: 1 HTTP/1.1\r\nhost: x\r\n\r\n');
  expect(answer).toMatch(/^HTTP\/1\.1 403 [\s\S]*reach a:443:/);
  expect(answer).not.toContain('Injected');
  expect(refused).toEqual([{ run: 'run', host: 'a:443', reason: 'not_listed' }]);
});

test('CONNECT to an IPv6 address is refused by its name', async () => {
  const { gateway, refused } = await scratchGateway();
  const { dir } = await gateway.open('run');
  expect(await raw(dir, 'CONNECT [0:0::1]:22 HTTP/1.1\r\nhost: x\r\n\r\n')).toContain('reach [::1]:22:');
  expect(refused).toEqual([{ run: 'run', host: '[::1]:22', reason: 'not_listed' }]);
});

test('a plain-http proxy request is refused the same way', async () => {
  const { gateway, refused, desk } = await scratchGateway();
  const { dir } = await gateway.open('run');
  const answer = await call(dir, 'GET', 'http://Deb.Debian.org/debian?x=1');
  expect(answer).toMatchObject({ status: 403, text: expect.stringMatching(/reach deb\.debian\.org:80:/) });
  expect((await call(dir, 'POST', 'http://127.0.0.1:8080/events', 'x')).status).toBe(403);
  expect((await call(dir, 'GET', 'http://u:p@evil.example/')).status).toBe(400);
  expect((await call(dir, 'GET', 'ftp://evil.example/')).status).toBe(400);
  expect(refused.map(({ host }) => host)).toEqual(['deb.debian.org:80', '127.0.0.1:8080']);
  expect(desk.stored).toEqual([]);
});
