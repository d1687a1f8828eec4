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
  ['a null byte', 'CONNECT evil\0.example:443', 'evil?.example:443'],
  ['a letter beyond ASCII', 'CONNECT \u00e9vil.example:443', '??vil.example:443'],
  ['a space', 'CONNECT evil .example:443', 'evil?.example:443'],
  ['user information', 'CONNECT ci:hunter2@evil.example:443', '…@evil.example:443'],
  ['an encoded at', 'CONNECT ci:hunter2%40evil.example:443', '…@evil.example:443'],
  ['an encoded dot', 'CONNECT github.com%2eevil.example:443', 'github.com%2eevil.example:443'],
  ['no port', 'CONNECT github.com', 'github.com'],
  ['a scheme', 'CONNECT http://github.com:443', 'http://github.com:443'],
  ['a zone', 'CONNECT [fe80::1%eth0]:443', '[fe80::1%eth0]:443'],
  ['a path', 'CONNECT evil.example:443/?token=hunter2', 'evil.example:443'],
  ['no host', 'CONNECT /run/prlt/host.sock', '(no host)'],
  ['a very long name', `CONNECT ${'a'.repeat(300)}:443`, 'a'.repeat(100)],
  ['a null byte, without a tunnel', 'GET http://evil\0.example/x?token=hunter2', 'http://evil?.example'],
  ['user information, without a tunnel', 'GET http://ci:hunter2@evil.example/', 'http://…@evil.example'],
  ['another scheme', 'GET ftp://evil.example/hunter2', 'ftp://evil.example'],
])('a target with %s is refused and recorded, without what may be secret in it', async (_, line, host) => {
  const { gateway, refused, logged } = await scratchGateway();
  const { dir } = await gateway.open('run');
  const answer = await raw(dir, `${line} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`);
  expect(answer).toMatch(/^HTTP\/1\.1 403 Forbidden\r\n/);
  expect(answer).toContain(`does not let this run reach ${host}: this is not plainly a host and a port`);
  expect(refused).toEqual([{ run: 'run', host, reason: 'malformed' }]);
  expect(logged.join('')).toContain('a run was not let out');
  expect(answer + logged.join('')).not.toContain('hunter2');
});

test('a target that cannot be read is found behind a request that was', async () => {
  const { gateway, refused } = await scratchGateway();
  const { dir } = await gateway.open('run');
  const first = 'GET /nothing HTTP/1.1\r\nhost: x\r\n\r\n';
  await raw(dir, `${first}CONNECT evil\0.example:443 HTTP/1.1\r\nhost: x\r\n\r\n`);
  expect(refused).toEqual([{ run: 'run', host: 'evil?.example:443', reason: 'malformed' }]);
});

test('a request for something else that cannot be read is no try to get out', async () => {
  const { gateway, refused } = await scratchGateway();
  const { dir } = await gateway.open('run');
  for (const text of ['hello there\r\n\r\n', 'GET /assign\0ment HTTP/1.1\r\nhost: x\r\n\r\n'])
    expect(await raw(dir, text)).toMatch(/^HTTP\/1\.1 400 /);
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
  expect(refused.map(({ host }) => host)).toEqual(['deb.debian.org:80', '127.0.0.1:8080']);
  expect(desk.stored).toEqual([]);
});
