/** `prlt doctor` as people run it: against a GitHub, on this machine. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Finding } from '#src/cli/doctor/finding.ts';
import { doctor, examine } from '#src/cli/doctor.ts';
import { readAppDescription } from '#src/setup.ts';
import type { LocalGitHubOptions } from '../support/github/local-github.ts';
import { startLocalGitHub } from '../support/github/local-github.ts';
import type { Permissions } from '../support/github/model.ts';

const bin = resolve(import.meta.dirname, '../../bin/prlt.js');
const asked = readAppDescription();

async function prlt(args: string[], env: Record<string, string> = {}) {
  const dir = await mkdtemp(join(tmpdir(), 'prlt-doctor-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  const child = spawn(process.execPath, [bin, ...args], {
    cwd: dir,
    env: { PATH: process.env['PATH'] ?? '', HOME: dir, ...env },
  });
  let out = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      out += chunk.toString();
    });
  }
  const [code] = await once(child, 'close');
  return { code, out, left: await readdir(dir) };
}

async function configured(options: LocalGitHubOptions = {}) {
  const github = await startLocalGitHub({
    webhook: { url: 'https://prlt.example.org/api/github/webhooks', secret: 'unused' },
    app: { permissions: asked.default_permissions as Permissions, events: asked.default_events },
    ...options,
  });
  onTestFinished(() => github.close());
  github.webhooks.hold();
  await github.createRepository({ owner: 'acme', name: 'widgets', files: {} });
  const env = {
    APP_ID: String(github.app.id),
    PRIVATE_KEY: github.app.privateKey,
    WEBHOOK_SECRET: '9f86d081884c7d659a2feaa0c55ad015',
    GHE_HOST: new URL(github.url).host,
    GHE_PROTOCOL: 'http',
    PRLT_RUNTIME: 'host',
  };
  return { github, env };
}

const findings = (out: string): Finding[] => JSON.parse(out).findings;
const about = (out: string, check: string) => findings(out).filter((each) => each.check === check);

test('a service that is well: exit 0, and what is weak is said', async () => {
  const { github, env } = await configured();
  const { code, out } = await prlt(['doctor'], env);
  expect(out).not.toMatch(/^broken/m);
  expect(code).toBe(0);
  expect(out).toMatch(/^ok +app +prlt, id 1234567$/m);
  expect(out).toMatch(/^ok +permissions +The App has all/m);
  expect(out).toMatch(/^ok +installations +acme$/m);
  expect(out).toMatch(/^ok +clock/m);
  expect(out).toMatch(
    /^weak +actions +Pushing agent code starts the repository's Actions with its secrets\.$/m,
  );
  expect(out).toMatch(/\d+ ok, \d+ weak, 0 broken\n$/);
  expect(out).not.toContain(env.WEBHOOK_SECRET);
  expect(github.contractViolations).toEqual([]);
});

test('what the App lacks is named: exit 1', async () => {
  const { issues: _, actions: __, ...permissions } = asked.default_permissions;
  const { env } = await configured({
    app: { permissions: permissions as Permissions, events: ['issues'] },
    webhook: { url: 'https://prlt.example.org/', secret: 'unused' },
  });
  const { code, out } = await prlt(['doctor', '--json'], env);
  expect(code).toBe(1);
  expect(JSON.parse(out).healthy).toBe(false);
  expect(about(out, 'permissions')[0]).toMatchObject({
    state: 'broken',
    says: 'The App lacks issues: write, actions: read.',
  });
  expect(about(out, 'events')[0]?.says).toContain('pull_request_review');
  expect(about(out, 'webhook')[0]).toMatchObject({ state: 'broken' });
});

test('a key of another App is said in words', async () => {
  const { env } = await configured();
  const other = await configured();
  const { code, out } = await prlt(['doctor', '--json'], { ...env, PRIVATE_KEY: other.env.PRIVATE_KEY });
  expect(code).toBe(1);
  expect(about(out, 'app')[0]?.says).toMatch(/does not accept this App/);
  expect(about(out, 'app')[0]?.todo).toContain('PRIVATE_KEY');
});

test('a clock that is wrong is found although GitHub refuses every token for it', async () => {
  const { env } = await configured({ clock: () => Date.now() - 3_600_000 });
  const { code, out } = await prlt(['doctor', '--json'], env);
  expect(code).toBe(1);
  expect(about(out, 'clock')[0]).toMatchObject({
    state: 'broken',
    says: expect.stringMatching(/36\d\d s ahead/),
  });
});

test('a GitHub that cannot be reached, and settings that are missing', async () => {
  const { env } = await configured();
  const unreachable = await prlt(['doctor', '--json'], { ...env, GHE_HOST: '127.0.0.1:9' });
  expect(unreachable.code).toBe(1);
  expect(about(unreachable.out, 'github')[0]?.says).toContain('cannot be reached');
  const { WEBHOOK_SECRET: _, ...partly } = env;
  const found = (await examine(partly)).filter(({ check }) => check === 'settings');
  expect(found).toEqual([
    expect.objectContaining({ state: 'broken', says: expect.stringContaining('WEBHOOK_SECRET') }),
  ]);
});

test('before there is an App, the machine and the way to GitHub are looked at, and nothing is made', async () => {
  const { env } = await configured();
  const { APP_ID: _, PRIVATE_KEY: __, WEBHOOK_SECRET: ___, ...without } = env;
  const { code, out, left } = await prlt(['doctor', '--json'], without);
  expect(code).toBe(0);
  expect(about(out, 'settings')).toEqual([
    expect.objectContaining({ state: 'weak', todo: expect.stringContaining('npm start') }),
  ]);
  const looked = new Set(findings(out).map(({ check }) => check));
  for (const check of ['kernel', 'memory', 'git', 'sqlite', 'data', 'github', 'clock', 'runtime'])
    expect([...looked]).toContain(check);
  expect(left).toEqual([]);
});

test('a data directory that cannot be made is broken', async () => {
  const { env } = await configured();
  const { code, out } = await prlt(['doctor', '--json'], { ...env, PRLT_DATA_DIR: '/dev/null/data' });
  expect(code).toBe(1);
  expect(about(out, 'data')[0]).toMatchObject({ state: 'broken' });
});

test('an engine that does not answer is broken', async () => {
  const { env } = await configured();
  const { code, out } = await prlt(['doctor', '--json'], {
    ...env,
    PRLT_RUNTIME: 'docker',
    DOCKER_HOST: 'tcp://127.0.0.1:9',
  });
  expect(code).toBe(1);
  expect(about(out, 'engine')[0]).toMatchObject({
    state: 'broken',
    says: expect.stringContaining('No Docker engine'),
  });
});

test('what is asked for wrongly is told', async () => {
  const { code, out } = await prlt(['docter']);
  expect(code).toBe(2);
  expect(out).toMatch(/no command docter[\s\S]*doctor \[--json\]/);
  const said: string[] = [];
  const terminal = { env: {}, out: () => undefined, err: (text: string) => void said.push(text) };
  expect(await doctor.run(['--jsn'], terminal)).toBe(2);
  expect(said.join('')).toContain('Usage: prlt doctor');
});
