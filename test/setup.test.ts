/** A first start with nothing configured, from the terminal over the browser and GitHub to a service that works. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { readAppDescription } from '#src/setup.ts';
import { type LocalGitHub, startLocalGitHub } from './support/github/local-github.ts';

const main = resolve(import.meta.dirname, '../src/main.ts');

interface Started {
  dir: string;
  child: ChildProcess;
  output: () => string;
  says(pattern: RegExp): Promise<RegExpExecArray>;
}

async function start(github: LocalGitHub, env: Record<string, string> = {}): Promise<Started> {
  const dir = await mkdtemp(join(tmpdir(), 'prlt-first-'));
  await writeFile(join(dir, '.env'), '# mine\nLOG_LEVEL=debug\nAPP_ID=\n');
  let text = '';
  const child = spawn(process.execPath, [main], {
    cwd: dir,
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: dir,
      PORT: '0',
      GHE_HOST: new URL(github.url).host,
      GHE_PROTOCOL: 'http',
      PRLT_RUNTIME: 'host',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
  }
  onTestFinished(async () => {
    if (child.exitCode === null && child.kill('SIGTERM')) await once(child, 'exit');
    await rm(dir, { recursive: true, force: true });
  });
  const says = async (pattern: RegExp): Promise<RegExpExecArray> => {
    for (let waited = 0; waited < 15_000; waited += 20) {
      const found = pattern.exec(text);
      if (found) return found;
      if (child.exitCode !== null) throw new Error(`prlt ended with ${child.exitCode}:\n${text}`);
      await sleep(20);
    }
    throw new Error(`prlt never said ${pattern}:\n${text}`);
  };
  return { dir, child, output: () => text, says };
}

async function github(): Promise<LocalGitHub> {
  const started = await startLocalGitHub();
  onTestFinished(() => started.close());
  return started;
}

/** What a browser does with the page that leads to GitHub. */
function formOf(page: string): { action: string; manifest: string } {
  const plain = (text = '') =>
    text.replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&lt;', '<').replaceAll('&amp;', '&');
  return {
    action: plain(/action="([^"]+)"/.exec(page)?.[1]),
    manifest: plain(/name="manifest" value="([^"]+)"/.exec(page)?.[1]),
  };
}

const post = (url: string, fields: Record<string, string>, headers: Record<string, string> = {}) =>
  fetch(url, { method: 'POST', body: new URLSearchParams(fields), headers, redirect: 'manual' });

test.each([
  ['0.0.0.0', '127.0.0.1'],
  ['::', '[::1]'],
])('HOST=%s: the address to open is one that a browser can open', async (HOST, shown) => {
  const { says } = await start(await github(), { HOST });
  const [, url = ''] = await says(/Open (\S+) in a browser/);
  expect(url).toMatch(/:\d+\/setup$/);
  expect(new URL(url).hostname).toBe(shown);
  // Not every machine has an IPv6 loopback to ask.
  if (HOST === '0.0.0.0') expect((await fetch(url)).status).toBe(200);
});

test('nothing configured: the person is led to an App, and prlt goes on with it', async () => {
  const hub = await github();
  const { dir, output, says } = await start(hub);
  const [, url = ''] = await says(/Open (http:\S+)\/setup/);
  const [, code = ''] = await says(/minutes\): {2}(\S+)/);

  const asked = await fetch(`${url}/`);
  expect(asked.status).toBe(200);
  expect(asked.headers.get('content-security-policy')).toContain("default-src 'none'");
  expect(asked.headers.get('content-security-policy')).toContain(`form-action 'self' ${hub.url}`);
  const form = { code: code.toLowerCase(), publicUrl: 'https://prlt.example.org/', organisation: 'acme' };
  const handed = await post(`${url}/setup`, form, { origin: url });
  expect(handed.status).toBe(200);
  const cookie = handed.headers.get('set-cookie') ?? '';
  expect(cookie).toMatch(/HttpOnly/);
  expect(cookie).toMatch(/SameSite=Lax/);
  const { action, manifest } = formOf(await handed.text());
  expect(action).toMatch(new RegExp(`^${hub.url}/organizations/acme/settings/apps/new\\?state=`));
  const described = readAppDescription();
  expect(JSON.parse(manifest)).toEqual({
    name: 'prlt',
    url: described.url,
    description: described.description,
    public: false,
    hook_attributes: { url: 'https://prlt.example.org/api/github/webhooks', active: true },
    redirect_url: `${url}/setup/done`,
    default_permissions: described.default_permissions,
    default_events: described.default_events,
  });

  // The local GitHub has a `prlt` already: names are taken once.
  const named = JSON.stringify({ ...JSON.parse(manifest), name: 'prlt of acme' });
  const answered = await post(action, { manifest: named });
  expect(await answered.text()).toBe('');
  const back = answered.headers.get('location') ?? '';
  const kept = { cookie: cookie.split(';')[0] ?? '' };
  expect((await fetch(back)).status, 'another browser').toBe(403);
  const forged = new URL(back);
  forged.searchParams.set('state', 'forged');
  expect((await fetch(forged, { headers: kept })).status, 'a state of somebody else').toBe(403);
  const done = await fetch(back, { headers: kept });
  const page = await done.text();
  expect(done.status).toBe(200);
  expect(page).toContain(`${hub.url}/apps/prlt-of-acme/installations/new`);

  const registered = hub.registrations[0];
  expect(registered?.organisation).toBe('acme');
  const [, service = ''] = await says(/"url":"([^"]+)"/);
  expect((await fetch(`${service}/healthz`)).status).toBe(200);
  expect((await fetch(`${service}/setup`)).status, 'the set-up is over').toBe(404);
  for (let waited = 0; (await fetch(`${service}/readyz`)).status !== 200; waited += 100) {
    expect(waited, output()).toBeLessThan(10_000);
    await sleep(100);
  }

  const file = join(dir, '.env');
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  const text = await readFile(file, 'utf8');
  expect(text).toContain('# mine\nLOG_LEVEL=debug\n');
  expect(text.match(/^APP_ID=/gm)).toHaveLength(1);
  expect(text).not.toContain('PRLT_POLL');
  for (const secret of [
    registered?.webhookSecret,
    registered?.clientSecret,
    registered?.privateKey.slice(40, 90),
  ]) {
    expect(text).toContain(secret);
    expect(page).not.toContain(secret);
    expect(output()).not.toContain(secret);
  }
  expect(hub.contractViolations).toEqual([]);
}, 40_000);

test('the next start finds the App in the file', async () => {
  const hub = await github();
  const first = await start(hub, { PRLT_DATA_DIR: './kept' });
  const [, url = ''] = await first.says(/Open (http:\S+)\/setup/);
  const [, code = ''] = await first.says(/minutes\): {2}(\S+)/);
  const handed = await post(`${url}/setup`, { code, publicUrl: '', organisation: '' });
  const { action, manifest } = formOf(await handed.text());
  expect(action).toMatch(`${hub.url}/settings/apps/new?`);
  expect(JSON.parse(manifest).hook_attributes).toEqual({
    url: 'https://prlt.invalid/api/github/webhooks',
    active: true,
  });
  const answered = await post(action, {
    manifest: JSON.stringify({ ...JSON.parse(manifest), name: 'mine' }),
  });
  const cookie = handed.headers.get('set-cookie')?.split(';')[0] ?? '';
  await fetch(answered.headers.get('location') ?? '', { headers: { cookie } });
  await first.says(/prlt is listening/);
  first.child.kill('SIGTERM');
  expect((await once(first.child, 'exit'))[0]).toBe(0);
  expect(await readFile(join(first.dir, '.env'), 'utf8')).toContain('PRLT_POLL="30s"');

  const second = spawn(process.execPath, [main, '--check'], {
    cwd: first.dir,
    env: { PATH: process.env['PATH'] ?? '' },
  });
  expect((await once(second, 'exit'))[0]).toBe(0);
}, 40_000);

test('--check with nothing configured says how to begin', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'prlt-first-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  const child = spawn(process.execPath, [main, '--check'], { cwd: dir, env: {} });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  expect((await once(child, 'close'))[0]).toBe(1);
  expect(said).toContain('APP_ID is missing');
  expect(said).toContain('`npm start` without `--check` leads to one');
});

test('a part of an App is a list of problems and no set-up', async () => {
  const hub = await github();
  const { child, output } = await start(hub, { WEBHOOK_SECRET: 'a long secret' });
  expect((await once(child, 'exit'))[0]).toBe(1);
  expect(output()).toContain('APP_ID');
  expect(output()).toContain('PRIVATE_KEY');
  expect(output()).not.toContain('/setup');
});
