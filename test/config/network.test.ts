/** Out through a proxy, to a GitHub with a certificate of a private authority: prlt as a process, and its git. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { applyNetwork, proxiesOf } from '#src/config/network.ts';
import { createGit } from '#src/git/git-process.ts';
import { startLocalGitHub } from '../support/github/local-github.ts';
import { startForwardProxy, startTlsFront } from '../support/proxy.ts';

const sources = resolve(import.meta.dirname, '../../src');
const main = join(sources, 'main.ts');
const name = 'github.test';

/** A GitHub that only the proxy knows, as `github.test`: plain on port 80, with TLS on 443. */
async function behindProxy() {
  const dir = await mkdtemp(join(tmpdir(), 'prlt-net-'));
  const github = await startLocalGitHub();
  await github.createRepository({ owner: 'acme', name: 'widgets', files: { 'README.md': '# Widgets\n' } });
  const port = Number(new URL(github.url).port);
  const front = await startTlsFront(dir, name, port);
  const plain = await startForwardProxy({ [name]: port });
  const secure = await startForwardProxy({ [name]: front.port });
  onTestFinished(async () => {
    await Promise.all([plain.close(), secure.close(), front.close(), github.close()]);
    await rm(dir, { recursive: true, force: true });
  });
  return { dir, github, plain, secure, ca: front.ca };
}

type Behind = Awaited<ReturnType<typeof behindProxy>>;

/** Starts prlt with settings in `.env` only, and gives what `/readyz` says in the end. */
async function readiness({ dir, github }: Behind, settings: Record<string, string>): Promise<string> {
  const all = {
    APP_ID: String(github.app.id),
    PRIVATE_KEY: github.app.privateKey.replaceAll('\n', '\\n'),
    WEBHOOK_SECRET: 'a long secret',
    PRLT_RUNTIME: 'host',
    PORT: '0',
    GHE_HOST: name,
    ...settings,
  };
  await writeFile(
    join(dir, '.env'),
    Object.entries(all)
      .map(([key, value]) => `${key}="${value}"\n`)
      .join(''),
  );
  const child = spawn(process.execPath, [main], {
    cwd: dir,
    env: { PATH: process.env['PATH'] ?? '', HOME: dir },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  try {
    await expect.poll(() => output, { timeout: 10_000 }).toContain('prlt is listening');
    const address = /"url":"([^"]+)"/.exec(output)?.[1];
    let said = '';
    for (let waited = 0; waited < 4_000; waited += 100) {
      const answer = await fetch(`${address}/readyz`);
      said = answer.ok ? 'ready' : `${await answer.text()}\n${output}`;
      if (answer.ok || output.includes('trying again')) return said;
      await sleep(100);
    }
    return said;
  } finally {
    child.kill('SIGTERM');
    if (child.exitCode === null) await once(child, 'exit');
  }
}

/** What a process of its own gets with these settings: the status, or the reason. */
async function fetched(url: string, settings: Record<string, string>): Promise<string> {
  const script = `
    import { applyNetwork } from ${JSON.stringify(join(sources, 'config/network.ts'))};
    applyNetwork(process.env);
    const said = await fetch(${JSON.stringify(url)}).then((answer) => answer.status, (error) => error.cause?.message);
    process.stdout.write(String(said));`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { env: settings });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  await once(child, 'close');
  return said;
}

async function heads(stage: Behind, protocol: string, env: Record<string, string>): Promise<string> {
  const git = await createGit({ dir: join(stage.dir, 'git'), env: { PATH: process.env['PATH'], ...env } });
  const { stdout } = await git.run({ args: ['ls-remote', `${protocol}://${name}/acme/widgets.git`] });
  return stdout.toString();
}

test('HTTPS through a CONNECT proxy, to a certificate of a private authority', async () => {
  const stage = await behindProxy();
  const settings = { HTTPS_PROXY: stage.secure.url, NODE_EXTRA_CA_CERTS: stage.ca };
  expect(await readiness(stage, settings)).toBe('ready');
  expect(stage.secure.asked).toContain(`CONNECT ${name}:443`);
  expect(stage.github.requests.map(({ path }) => path)).toContain('/app');
  const before = stage.secure.asked.length;
  expect(await heads(stage, 'https', settings)).toContain('refs/heads/main');
  expect(stage.secure.asked.length).toBeGreaterThan(before);
}, 30_000);

test('without the authority it is refused, whatever the proxy does', async () => {
  const stage = await behindProxy();
  const settings = { HTTPS_PROXY: stage.secure.url };
  expect(await fetched(`https://${name}/api/v3/meta`, settings)).toMatch(/certificate/);
  expect(stage.secure.asked).toEqual([`CONNECT ${name}:443`]);
  expect(stage.github.requests).toEqual([]);
  await expect(heads(stage, 'https', settings)).rejects.toThrow();
});

test('plain HTTP through a forwarding proxy', async () => {
  const stage = await behindProxy();
  const settings = { HTTP_PROXY: stage.plain.url };
  expect(await fetched(`http://${name}/api/v3/repos/acme/widgets`, settings)).toBe('200');
  expect(stage.plain.asked).toHaveLength(1);
  expect(await heads(stage, 'http', settings)).toContain('refs/heads/main');
  expect(stage.plain.asked.length).toBeGreaterThan(1);
});

test('what is on this machine is never asked of the proxy', async () => {
  const stage = await behindProxy();
  const settings = { HTTP_PROXY: stage.plain.url };
  expect(await fetched(`${stage.github.url}/api/v3/repos/acme/widgets`, settings)).toBe('200');
  expect(stage.plain.asked).toEqual([]);
});

test('the lower-case name wins, and loopback is added to what stays direct', () => {
  expect(proxiesOf({})).toEqual({ no_proxy: 'localhost,127.0.0.1,[::1],::1' });
  expect(
    proxiesOf({ https_proxy: 'http://a:1', HTTPS_PROXY: 'http://b:1', NO_PROXY: 'ghe.example.org' }),
  ).toEqual({
    https_proxy: 'http://a:1',
    no_proxy: 'ghe.example.org,localhost,127.0.0.1,[::1],::1',
  });
  expect(proxiesOf({ NO_PROXY: '*' })).toEqual({ no_proxy: '*' });
});

test('what cannot be used is said without the password in it', () => {
  const problem = applyNetwork({ HTTPS_PROXY: 'http://me:hunter2@[' });
  expect(problem).toMatch(/HTTPS_PROXY/);
  expect(problem).not.toContain('hunter2');
  expect(applyNetwork({ NODE_EXTRA_CA_CERTS: '/nowhere.pem' })).toMatch(/NODE_EXTRA_CA_CERTS/);
});
