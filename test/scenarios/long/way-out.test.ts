/** The way out of a real run: what its repository may reach, a registry with a secret, and what people read of the rest. */
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ask, ended } from '#test/support/company.ts';
import { repo, type Stage, setStage } from '#test/support/scenario.ts';

/** Loopback, but none of the addresses that the container keeps for itself. */
const address = '127.0.0.2';
const secret = 'a-secret-that-stays';

const look = `
import { writeFileSync } from 'node:fs';
import { request } from 'node:http';
const get = (url) => fetch(url).then(async (answer) => [answer.status, await answer.text()], (error) => String(error.cause ?? error));
const proxy = new URL(process.env.https_proxy);
const tunnel = (path) => new Promise((resolve) => {
  const call = request({ host: proxy.hostname, port: proxy.port, method: 'CONNECT', path });
  call.on('connect', (answer, socket) => { socket.destroy(); resolve(answer.statusCode); });
  call.on('error', (error) => resolve(String(error)));
  call.end();
});
writeFileSync('seen.json', JSON.stringify({
  listed: await get(process.argv[2]),
  registry: await get(process.env.PRLT_REGISTRY_FILES + 'pkg/x.txt'),
  outside: await get(process.env.PRLT_REGISTRY_FILES + '%252e%252e/private'),
  unlisted: [await tunnel('evil.example:443'), await tunnel('EVIL.example.:443')],
  beyond: await tunnel('beyond.example:443'),
  metadata: await tunnel('2852039166:80'),
  malformed: await tunnel('ci:hunter2@evil.example:443'),
  env: process.env,
}));
`;

let stage: Stage;
let server: Server;
let dir: string;
const asked: string[] = [];

beforeAll(async () => {
  server = createServer((req, res) => {
    asked.push(`${req.url} ${req.headers.authorization ?? '-'}`);
    res.end(`you asked for ${req.url}`);
  }).listen(0, address);
  await once(server, 'listening');
  const target = `${address}:${(server.address() as AddressInfo).port}`;
  dir = await mkdtemp(join(tmpdir(), 'way-out-'));
  const registries = join(dir, 'registries.yml');
  await writeFile(
    registries,
    `files: { type: generic, url: 'http://${target}/files/', auth: { bearer: { env: FILES_TOKEN } }, repositories: ['acme/*'] }`,
  );
  stage = await setStage({
    agent: `node look.mjs http://${target}/open`,
    config: `network: { allow: ['${target}', '169.254.169.254:80', beyond.example] }\n`,
    files: { 'look.mjs': look },
    env: {
      PRLT_ALLOW_HOSTS: `${target},169.254.169.254:80,other.example`,
      PRLT_ALLOW_PRIVATE_HOSTS: `${target},169.254.169.254:80`,
      PRLT_REGISTRIES: registries,
      FILES_TOKEN: secret,
    },
  });
});
afterAll(async () => {
  await stage?.close();
  server.close();
  server.closeAllConnections();
  await rm(dir, { recursive: true, force: true });
});

it('reaches what is on both lists, reads the registry, and is refused by name elsewhere', async () => {
  const { github } = stage;
  const issue = ask(stage, repo, 'Look outside');
  const status = await ended(stage, repo, issue, 'agent:review');

  const seen = JSON.parse(
    (await github.readFile(repo, github.pulls(repo)[0]?.headSha ?? '', 'seen.json')) ?? '{}',
  );
  expect(seen.listed).toEqual([200, 'you asked for /open']);
  expect(seen.registry).toEqual([200, 'you asked for /files/pkg/x.txt']);
  expect(seen.outside[0]).toBe(400);
  expect(seen.unlisted).toEqual([403, 403]);
  expect(seen.beyond).toBe(403);
  expect(seen.metadata).toBe(403);
  expect(seen.malformed).toBe(403);
  expect(JSON.stringify(seen)).not.toContain(secret);
  expect(asked).toEqual(['/open -', `/files/pkg/x.txt Bearer ${secret}`]);

  expect(status).toContain('`network.allow` names `beyond.example:443`');
  expect(status).toContain('The run was not let out to `evil.example:443`');
  github.as('alice').comment(repo, issue, '/prlt why');
  const why = await stage.until('the answer', () =>
    github.comments(repo, issue).find(({ body }) => body.includes('This run was refused:')),
  );
  expect(why.body).toContain('`evil.example:443`: not on the allow-list, 2 times');
  expect(why.body).toContain('`beyond.example:443`: not on the allow-list, once');
  expect(why.body).toContain('`169.254.169.254:80`: its name leads to an address that is not public, once');
  expect(why.body).toContain('`…@evil.example:443`: not plainly a host and a port, once');
  expect(github.contractViolations).toEqual([]);
});
