/** The token reaches the one server it is for, and is in no argument, environment, file or message on the way. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createGit } from '#src/git/git-process.ts';
import { pushBranch } from '#src/git/push.ts';
import { toRemote } from '#src/git/remote.ts';
import { type GitServer, makeRepository, scratch, startGitServer } from '#test/support/git.ts';

const TOKEN = 'ghs_canary_0123456789';

let place: ReturnType<typeof scratch>;
let server: GitServer;

beforeEach(async () => {
  place = scratch();
  server = await startGitServer(place.dir, TOKEN);
});
afterEach(async () => {
  await server.close();
  place.remove();
});

/** Processes whose command line or environment holds `text`, by id; `seen` counts those that talk to the test server. */
function sweep(text: string): { leaks: string[]; seen: number } {
  const leaks: string[] = [];
  let seen = 0;
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    for (const file of ['cmdline', 'environ']) {
      try {
        const content = readFileSync(`/proc/${pid}/${file}`, 'latin1');
        if (file === 'cmdline' && content.includes(server.url)) seen++;
        if (content.includes(text)) leaks.push(`${pid} ${file}`);
      } catch {
        // ended meanwhile
      }
    }
  }
  return { leaks, seen };
}

test('while a push is held open, the token is nowhere to be read', async () => {
  const dir = join(place.dir, 'git');
  const hostile = {
    ...process.env,
    GIT_TRACE_CURL: '1',
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: 'url.http://127.0.0.1:1/.insteadOf',
    GIT_CONFIG_VALUE_0: server.url,
    GIT_ASKPASS: '/bin/false',
    GIT_DIR: '/nonexistent',
  };
  const git = await createGit({ dir, env: hostile });
  const origin = makeRepository(join(place.dir, 'acme/widgets.git'));
  const work = makeRepository(join(place.dir, 'work.git'));
  const head = work.commit([], [{ path: 'x', content: 'x' }]);

  const sweeps: ReturnType<typeof sweep>[] = [];
  server.intercept = async () => {
    sweeps.push(sweep(TOKEN));
    await new Promise((later) => setTimeout(later, 30));
    sweeps.push(sweep(TOKEN));
    return false;
  };
  const url = `${server.url}/acme/widgets.git`;
  expect(
    await pushBranch(git, { repo: work.dir, url, token: TOKEN, branch: 'b', head, expectedOld: null }),
  ).toEqual({ kind: 'pushed' });

  expect(origin.git(['rev-parse', 'refs/heads/b'])).toBe(head);
  expect(sweeps.every(({ seen }) => seen > 0)).toBe(true);
  expect(sweeps.flatMap(({ leaks }) => leaks)).toEqual([]);
  expect(server.requests.some(({ authorization }) => authorization !== undefined)).toBe(true);
  for (const file of readdirSync(dir)) expect(readFileSync(join(dir, file), 'utf8')).not.toContain(TOKEN);
});

test('the user’s own git settings and netrc are not read', async () => {
  const home = join(place.dir, 'home');
  mkdirSync(home);
  writeFileSync(join(home, '.netrc'), 'machine 127.0.0.1 login thief password stolen\n');
  writeFileSync(join(home, '.gitconfig'), `[url "http://127.0.0.1:1/"]\n\tinsteadOf = ${server.url}/\n`);
  const git = await createGit({ dir: join(place.dir, 'git'), env: { ...process.env, HOME: home } });
  makeRepository(join(place.dir, 'acme/widgets.git'));
  const work = makeRepository(join(place.dir, 'work.git'));
  const head = work.commit([], [{ path: 'x' }]);
  const request = {
    repo: work.dir,
    url: `${server.url}/acme/widgets.git`,
    branch: 'b',
    head,
    expectedOld: null,
  };
  expect(await pushBranch(git, request)).toMatchObject({ kind: 'denied' });
  expect(server.requests.length).toBeGreaterThan(0);
  expect(server.requests.every(({ authorization }) => authorization === undefined)).toBe(true);
});

test('another server that asks for a token is not given it', async () => {
  const git = await createGit({ dir: join(place.dir, 'git'), env: process.env });
  makeRepository(join(place.dir, 'acme/widgets.git'));
  const { url, call } = toRemote({ url: `${server.url}/acme/widgets.git`, token: TOKEN });
  await git.run({ ...call, args: ['ls-remote', url] });
  const other = await startGitServer(place.dir, TOKEN);
  try {
    const elsewhere = url.replace(server.url, other.url);
    await expect(git.run({ ...call, args: ['ls-remote', elsewhere] })).rejects.toThrow(/could not read/);
    expect(other.requests.map(({ authorization }) => authorization)).toEqual([undefined]);
  } finally {
    await other.close();
  }
});

test('an operator’s proxy is used', async () => {
  const proxy = await startGitServer(place.dir);
  try {
    const git = await createGit({
      dir: join(place.dir, 'git'),
      env: { ...process.env, HTTP_PROXY: proxy.url },
    });
    const answered = await git.run({
      args: ['ls-remote', '--', 'http://example.invalid/acme/none.git'],
      answers: [128],
    });
    expect(answered.code).toBe(128);
    expect(proxy.requests.length).toBeGreaterThan(0);
  } finally {
    await proxy.close();
  }
});
