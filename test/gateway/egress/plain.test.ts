/** Plain http through a run's socket: GET and HEAD to places on the list, told as the place and not as the client says. */
import { expect, test } from 'vitest';
import { startForwardProxy } from '#test/support/proxy.ts';
import { call, raw, scratchGateway } from '../scratch.ts';
import { home, httpServer } from './outside.ts';

test('what is asked and what is answered pass without what is for one connection', async () => {
  const asked: string[] = [];
  const port = await httpServer((req, res) => {
    asked.push(`${req.method} ${req.url} ${JSON.stringify(req.headers)}`);
    if (req.url === '/moved') return void res.writeHead(302, { location: 'http://evil.example/' }).end();
    res.writeHead(200, { 'set-cookie': ['a=1', 'b=2'], connection: 'x-hop', 'x-hop': '1', 'x-end': '2' });
    res.end('hello');
  });
  const target = `deb.example:${port}`;
  const outside = { allow: [target], privateHosts: [target], lookup: home };
  const { gateway, refused } = await scratchGateway({}, undefined, outside);
  const { dir } = await gateway.open('run');
  const answer = await call(dir, 'GET', `http://DEB.example:${port}/a/../b?x=1`, '', {
    host: 'evil.example',
    connection: 'x-mine',
    'x-mine': '1',
    'proxy-authorization': 'Basic xxx',
    'x-kept': 'yes',
  });
  expect(answer).toMatchObject({
    status: 200,
    text: 'hello',
    headers: { 'set-cookie': ['a=1', 'b=2'], 'x-end': '2' },
  });
  expect(answer.headers['x-hop']).toBeUndefined();
  expect(asked[0]).toMatch(/^GET \/b\?x=1 /);
  expect(asked[0]).toContain(`"host":"deb.example:${port}"`);
  expect(asked[0]).toContain('"x-kept":"yes"');
  expect(asked[0]).not.toMatch(/x-mine|evil|Basic/);
  const moved = await call(dir, 'GET', `http://${target}/moved`);
  expect(moved).toMatchObject({ status: 302, headers: { location: 'http://evil.example/' } });
  expect((await call(dir, 'HEAD', `http://${target}/`)).status).toBe(200);
  expect(refused).toEqual([]);
});

test('other methods, upgrades and https are not passed on', async () => {
  let asked = 0;
  const port = await httpServer((req, res) => {
    asked += 1;
    res.end(JSON.stringify(req.headers));
  });
  const target = `deb.example:${port}`;
  const outside = { allow: [target], privateHosts: [target], lookup: home };
  const { gateway, refused } = await scratchGateway({}, undefined, outside);
  const { dir } = await gateway.open('run');
  for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
    expect((await call(dir, method, `http://${target}/`, method.startsWith('P') ? 'body' : '')).status).toBe(
      403,
    );
  }
  expect((await call(dir, 'GET', `https://${target}/`)).status).toBe(403);
  expect(refused).toHaveLength(5);
  expect(new Set(refused.map(({ reason }) => reason))).toEqual(new Set(['method']));
  expect(asked).toBe(0);
  const upgraded = await raw(
    dir,
    `GET http://${target}/ HTTP/1.1\r\nHost: x\r\nConnection: upgrade, close\r\nUpgrade: websocket\r\n\r\n`,
  );
  expect(upgraded).toMatch(/^HTTP\/1\.1 200 /);
  expect(upgraded).not.toContain('websocket');
});

test('a request cannot carry a second one', async () => {
  const asked: string[] = [];
  const port = await httpServer((req, res) => {
    asked.push(req.url ?? '');
    res.end('hello');
  });
  const target = `deb.example:${port}`;
  const outside = { allow: [target], privateHosts: [target], lookup: home };
  const { gateway } = await scratchGateway({}, undefined, outside);
  const { dir } = await gateway.open('run');
  const inner = 'POST /smuggled HTTP/1.1\r\nHost: x\r\n\r\n';
  await raw(
    dir,
    `GET http://${target}/one HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: ${inner.length}\r\n\r\n${inner}`,
  );
  expect(asked).toEqual(['/one']);
});

test('behind a proxy of the company it is asked in whole', async () => {
  const port = await httpServer((_req, res) => res.end('hello'));
  const proxy = await startForwardProxy({ 'deb.example': port });
  const { gateway } = await scratchGateway({}, undefined, {
    allow: ['deb.example:80'],
    proxies: { http_proxy: proxy.url, no_proxy: '' },
  });
  const { dir } = await gateway.open('run');
  expect(await call(dir, 'GET', 'http://deb.example/x')).toMatchObject({ status: 200, text: 'hello' });
  expect(proxy.asked).toEqual(['GET http://deb.example/x']);
  await proxy.close();
});

test('silence ends it', async () => {
  const port = await httpServer(() => {});
  const target = `deb.example:${port}`;
  const outside = { allow: [target], privateHosts: [target], lookup: home };
  const { gateway } = await scratchGateway({ tunnelIdleMs: 200 }, undefined, outside);
  const { dir } = await gateway.open('run');
  expect(await call(dir, 'GET', `http://${target}/`)).toMatchObject({ status: 502 });
});
