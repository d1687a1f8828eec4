/** The way out: every form of asking for it is refused by name, and nothing strange gets a name. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { canonicalTarget } from '#src/gateway/egress.ts';
import { call, raw, scratchGateway } from './scratch.ts';

test.each([
  ['Registry.NPMjs.org:443', 'registry.npmjs.org:443'],
  ['registry.npmjs.org.:443', 'registry.npmjs.org:443'],
  ['2130706433:80', '127.0.0.1:80'],
  ['0x7f.1:80', '127.0.0.1:80'],
  ['[::FFFF:127.0.0.1]:80', '[::ffff:7f00:1]:80'],
  ['my_host:8080', 'my_host:8080'],
])('%s is %s', (written, canonical) => {
  expect(canonicalTarget(written)).toBe(canonical);
});

test.each([
  '',
  ':443',
  'host',
  'host:',
  'host:0',
  'host:65536',
  'host:4 43',
  'a@b:443',
  'user:pw@host:443',
  'host:443:443',
  'ho\0st:443',
  'host\r\nx:443',
  'host/..:443',
  'h%6Fst:443',
  'hö:443',
  '..:1',
  '.a:1',
  'a..b:1',
  '[::1:443',
  '::1:443',
  '[gg::]:1',
  '[fe80::1%25eth0]:1',
  `${'a'.repeat(300)}:1`,
  '999.1.1.1.1.:1',
  'a\\b:1',
])('%j is no target', (written) => {
  expect(canonicalTarget(written)).toBeUndefined();
});

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
  expect(refused).toEqual([{ run: 'run', host: `localhost:${port}` }]);
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
  expect(refused).toEqual([{ run: 'run', host: 'a:443' }]);
});

test('CONNECT to an IPv6 address is refused by its name', async () => {
  const { gateway, refused } = await scratchGateway();
  const { dir } = await gateway.open('run');
  expect(await raw(dir, 'CONNECT [0:0::1]:22 HTTP/1.1\r\nhost: x\r\n\r\n')).toContain('reach [::1]:22:');
  expect(refused).toEqual([{ run: 'run', host: '[::1]:22' }]);
});

test('a plain-http proxy request is refused the same way', async () => {
  const { gateway, refused, desk } = await scratchGateway();
  const { dir } = await gateway.open('run');
  const answer = await call(dir, 'GET', 'http://Deb.Debian.org/debian?x=1');
  expect(answer).toMatchObject({ status: 403, text: /reach deb\.debian\.org:80:/ });
  expect((await call(dir, 'POST', 'http://127.0.0.1:8080/events', 'x')).status).toBe(403);
  expect((await call(dir, 'GET', 'http://u:p@evil.example/')).status).toBe(400);
  expect((await call(dir, 'GET', 'ftp://evil.example/')).status).toBe(400);
  expect(refused.map(({ host }) => host)).toEqual(['deb.debian.org:80', '127.0.0.1:8080']);
  expect(desk.stored).toEqual([]);
});
