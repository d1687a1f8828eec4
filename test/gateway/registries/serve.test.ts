/** Registries on a run's socket: the credential is added on the host, goes to the registry only, and never comes back. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import type { Registry, RegistryAuth } from '#src/core/registry.ts';
import { registryAccess } from '#src/gateway/registries/credentials.ts';
import { home, httpServer } from '../egress/outside.ts';
import { call, type Outside, scratchGateway } from '../scratch.ts';

const basic: RegistryAuth = { kind: 'basic', user: 'ci', secret: { from: 'value', value: 'hush' } };
const basicHeader = `Basic ${Buffer.from('ci:hush').toString('base64')}`;

/** A registry at this machine, and a run of `acme/widgets` that may read it. */
async function stage(
  answer: (req: IncomingMessage, res: ServerResponse) => void,
  over: Partial<Registry> = {},
  outside: Outside = {},
) {
  const asked: string[] = [];
  const port = await httpServer((req, res) => {
    asked.push(`${req.method} ${req.url} ${req.headers.authorization ?? '-'}`);
    answer(req, res);
  });
  const origin = `http://npm.example:${port}`;
  const registry: Registry = {
    name: 'acme',
    type: 'npm',
    url: `${origin}/npm/`,
    repositories: ['acme/*'],
    scopes: [],
    index: 'simple/',
    extra: false,
    auth: basic,
    ...over,
  };
  const access = registryAccess([registry], process.env, Date.now);
  const scratch = await scratchGateway({}, undefined, {
    lookup: home,
    repository: 'Acme/Widgets',
    registries: access,
    ...outside,
  });
  const { dir } = await scratch.gateway.open('run');
  return { ...scratch, dir, asked, origin, port };
}

test('the credential is added, and what the run sends of its own is not', async () => {
  let headers: IncomingMessage['headers'] = {};
  const { dir, asked } = await stage((req, res) => {
    headers = req.headers;
    res.writeHead(200, { 'content-type': 'application/octet-stream', 'set-cookie': 'secret=1', etag: '"1"' });
    res.end('bytes');
  });
  const answer = await call(dir, 'GET', '/registries/acme/@acme%2fw/-/w-1.tgz', '', {
    authorization: 'Bearer mine',
    cookie: 'a=b',
    'x-forwarded-host': 'evil.example',
    accept: 'application/json',
  });
  expect(answer).toMatchObject({ status: 200, text: 'bytes', headers: { etag: '"1"' } });
  expect(answer.headers['set-cookie']).toBeUndefined();
  expect(asked).toEqual([`GET /npm/@acme%2fw/-/w-1.tgz ${basicHeader}`]);
  expect(headers).toMatchObject({ accept: 'application/json' });
  expect(headers.cookie).toBeUndefined();
  expect(headers['x-forwarded-host']).toBeUndefined();
});

const bearer: RegistryAuth = { kind: 'bearer', secret: { from: 'value', value: 'hush' } };
const text = 'text/plain; charset=UTF-8';
const metadata = '<metadata><versioning><release>1.0</release></versioning></metadata>';

test.each<[string, Registry['type'], RegistryAuth, string, string, string]>([
  ["Go's versions", 'go', basic, 'git.acme.example/!tools/x/@v/list', text, 'v1.0.0\nv1.1.0\n'],
  [
    'one version of Go',
    'go',
    bearer,
    'git.acme.example/!tools/x/@v/v1.1.0.info',
    'application/json',
    '{"Version":"v1.1.0"}',
  ],
  ['what Maven has', 'maven', basic, 'com/acme/widget/maven-metadata.xml', 'text/xml', metadata],
  [
    'a jar',
    'maven',
    bearer,
    'com/acme/widget/1.0/widget-1.0.jar',
    'application/java-archive',
    'PK\x03\x04 and the rest',
  ],
])(
  '%s (%s) comes as the registry has it, asked for with the credential',
  async (_, type, auth, path, contentType, body) => {
    const { dir, asked } = await stage(
      (req, res) => {
        if (!req.headers.authorization) return void res.writeHead(401).end();
        res.writeHead(200, { 'content-type': contentType, 'x-checksum-sha1': 'abc', etag: '"1"' }).end(body);
      },
      { type, auth },
    );
    const answer = await call(dir, 'GET', `/registries/acme/${path}`);
    expect(answer).toMatchObject({
      status: 200,
      text: body,
      headers: { 'content-type': contentType, 'x-checksum-sha1': 'abc', etag: '"1"' },
    });
    expect(asked).toEqual([`GET /npm/${path} ${auth === basic ? basicHeader : 'Bearer hush'}`]);
    expect(JSON.stringify(answer)).not.toContain('hush');
  },
);

test('a registry of scopes leads on to the public one for what has none', async () => {
  const { dir, asked } = await stage((_req, res) => res.end('own'), { scopes: ['@acme'] });
  for (const path of ['left-pad', 'left-pad/-/left-pad-1.0.0.tgz', '-/npm/v1/security/advisories/bulk?x=1'])
    expect(await call(dir, path.startsWith('-') ? 'POST' : 'GET', `/registries/acme/${path}`)).toMatchObject({
      status: 307,
      headers: { location: `https://registry.npmjs.org/${path}` },
    });
  expect(asked).toEqual([]);
  for (const path of ['@acme%2fw', '%40acme%2fw', '@acme/w/-/w-1.tgz', 'download/@acme/w/1/x', 'files/x.tgz'])
    expect((await call(dir, 'GET', `/registries/acme/${path}`)).text).toBe('own');
});

test('pages lead back to the socket by the address that the client used', async () => {
  const tarball = 'w/-/w-1.tgz';
  const { dir, origin } = await stage((_req, res) => {
    const page = JSON.stringify({ versions: { 1: { dist: { tarball: `${origin}/npm/${tarball}` } } } });
    res.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip', etag: '"1"' });
    res.end(gzipSync(page));
  });
  const answer = await call(dir, 'GET', '/registries/acme/w', '', { host: '127.0.0.1:4711' });
  expect(JSON.parse(answer.text).versions[1].dist.tarball).toBe(
    `http://127.0.0.1:4711/registries/acme/${tarball}`,
  );
  expect(answer.headers).toMatchObject({ 'cache-control': 'no-store' });
  expect(answer.headers.etag).toBeUndefined();
  const odd = await call(dir, 'GET', '/registries/acme/w', '', { host: 'x"><script>' });
  expect(odd.text).not.toContain('script');
});

test('a registry is there for its repositories only, and for reading only', async () => {
  const { dir, asked } = await stage((_req, res) => res.end('x'), {
    repositories: ['acme/gadgets', 'other/*'],
  });
  expect((await call(dir, 'GET', '/registries/acme/w')).status).toBe(404);
  const ours = await stage((_req, res) => res.end('x'));
  expect((await call(ours.dir, 'PUT', '/registries/acme/w', 'x')).status).toBe(405);
  expect((await call(ours.dir, 'POST', '/registries/acme/-/npm/v1/security/audits', 'x')).status).toBe(405);
  expect((await call(ours.dir, 'GET', '/registries/other/w')).status).toBe(404);
  expect((await call(ours.dir, 'GET', '/registries/acme/../../private/x')).status).toBe(400);
  expect((await call(ours.dir, 'GET', '/registries/acme/%2e%2e/private/x')).status).toBe(400);
  expect([...asked, ...ours.asked]).toEqual([]);
  const over = await stage((_req, res) => res.end('x'), {}, { repository: undefined as never });
  expect((await call(over.dir, 'GET', '/registries/acme/w')).status).toBe(404);
});

test('redirects are followed here; elsewhere the credential does not go', async () => {
  const seen: string[] = [];
  const blob = await httpServer((req, res) => {
    seen.push(`${req.url} ${req.headers.authorization ?? '-'}`);
    res.end('blob');
  });
  const { dir, asked } = await stage((req, res) => {
    if (req.url === '/npm/one') return void res.writeHead(302, { location: '/download/one' }).end();
    if (req.url === '/npm/two')
      return void res.writeHead(307, { location: `http://blob.example:${blob}/two?sig=1` }).end();
    if (req.url === '/npm/three')
      return void res.writeHead(301, { location: 'http://169.254.169.254/' }).end();
    if (req.url === '/npm/four')
      return void res.writeHead(301, { location: 'https://inside.example/' }).end();
    if (req.url === '/npm/five') return void res.writeHead(302, { location: '/npm/five' }).end();
    res.writeHead(200, { 'content-type': 'application/octet-stream' }).end('own');
  });
  expect((await call(dir, 'GET', '/registries/acme/one')).text).toBe('own');
  expect(asked).toEqual([`GET /npm/one ${basicHeader}`, `GET /download/one ${basicHeader}`]);
  for (const path of ['two', 'three', 'four', 'five']) {
    const answer = await call(dir, 'GET', `/registries/acme/${path}`);
    expect(answer.status).toBe(502);
    expect(answer.headers.location).toBeUndefined();
  }
  expect(seen).toEqual([]);
});

test('a redirect to another registry of the operator has no credential', async () => {
  const seen: string[] = [];
  const blob = await httpServer((req, res) => {
    seen.push(`${req.url} ${req.headers.authorization ?? '-'}`);
    res.end('blob');
  });
  const port = await httpServer((_req, res) =>
    res.writeHead(302, { location: `http://blob.example:${blob}/x` }).end(),
  );
  const one = { repositories: ['*/*'], scopes: [], index: 'simple/', extra: false, auth: basic };
  const access = registryAccess(
    [
      { name: 'one', type: 'generic', url: `http://npm.example:${port}/`, ...one },
      { name: 'two', type: 'generic', url: `http://blob.example:${blob}/`, ...one },
    ],
    process.env,
    Date.now,
  );
  const outside = { lookup: home, repository: 'a/b', registries: access };
  const { gateway } = await scratchGateway({}, undefined, outside);
  const { dir } = await gateway.open('run');
  expect((await call(dir, 'GET', '/registries/one/y')).text).toBe('blob');
  expect(seen).toEqual(['/x -']);
});

test('a credential that is not taken is read anew once; the refusal stays on the host', async () => {
  let taken = 'Bearer first-word';
  const file = join(await mkdtemp(join(tmpdir(), 'token-')), 'token');
  onTestFinished(() => rm(dirname(file), { recursive: true }));
  const secret = { from: 'command' as const, argv: ['cat', file] };
  const { dir, asked, logged } = await stage(
    (req, res) => {
      if (req.headers.authorization === taken) return void res.end('x');
      res.writeHead(401, { 'www-authenticate': 'Basic' }).end();
    },
    { auth: { kind: 'bearer', secret } },
  );
  const get = () => call(dir, 'GET', '/registries/acme/w');
  expect((await get()).text).toContain('its credential could not be read');
  expect(asked).toEqual([]);
  await writeFile(file, 'first-word\n');
  expect((await get()).status).toBe(200);
  taken = 'Bearer second-word';
  await writeFile(file, 'second-word\n');
  expect((await get()).status).toBe(200);
  taken = 'Bearer third-word';
  const refused = await get();
  expect(refused).toMatchObject({ status: 502, text: expect.stringMatching(/does not take the credential/) });
  expect(refused.headers['www-authenticate']).toBeUndefined();
  expect(asked).toHaveLength(5);
  expect([...logged, refused.text].join('')).not.toContain('-word');
});

test('a command sees no secret of the service', async () => {
  const env = {
    PATH: process.env['PATH'],
    PRIVATE_KEY: 'p',
    WEBHOOK_SECRET: 'w',
    PRLT_MODELS_OPENAI_KEY: 'k',
    VAULT_ADDR: 'v',
  };
  const script = 'echo "[$PRIVATE_KEY$WEBHOOK_SECRET$PRLT_MODELS_OPENAI_KEY]$VAULT_ADDR"';
  const secret = { from: 'command' as const, argv: ['sh', '-c', script] };
  const one = {
    name: 'acme',
    type: 'generic' as const,
    url: 'https://files.example/',
    repositories: ['*/*'],
  };
  const auth = { kind: 'bearer' as const, secret };
  const access = registryAccess(
    [{ ...one, scopes: [], index: 'simple/', extra: false, auth }],
    env,
    Date.now,
  );
  expect(await access.authorization('acme', false)).toMatchObject({ value: 'Bearer []v' });
});

test('silence and a run that ends are the end of it', async () => {
  const stuck = await stage(() => {});
  const asking = call(stuck.dir, 'GET', '/registries/acme/w').catch((error: { code: string }) => error.code);
  await expect.poll(() => stuck.asked.length).toBe(1);
  await stuck.gateway.close('run');
  expect(await asking).toBe('ECONNRESET');
});
