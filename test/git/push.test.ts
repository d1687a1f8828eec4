/** Pushing over real HTTP: forward only, from the expected state only, and every answer of the server has a name. */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createGit, type Git } from '#src/git/git-process.ts';
import { dropRef, type PushRequest, pushBranch } from '#src/git/push.ts';
import { remoteHead } from '#src/git/remote.ts';
import {
  type GitServer,
  makeRepository,
  scratch,
  startGitServer,
  type TestRepository,
} from '#test/support/git.ts';

const TOKEN = 'ghs_123_eyJhbGciOi.J9.x-y_z';
const BRANCH = 'GH-12/feat/bezos/widgets/add-hello';

let place: ReturnType<typeof scratch>;
let git: Git;
let server: GitServer;
let origin: TestRepository;
let work: TestRepository;
let first: string;
let head: string;

beforeEach(async () => {
  place = scratch();
  git = await createGit({ dir: join(place.dir, 'git'), env: process.env });
  server = await startGitServer(place.dir, TOKEN);
  origin = makeRepository(join(place.dir, 'acme/widgets.git'));
  work = makeRepository(join(place.dir, 'work.git'));
  first = origin.commit([], [{ path: 'README.md', content: 'hello\n' }]);
  origin.git(['update-ref', 'refs/heads/main', first]);
  work.git(['fetch', '-q', origin.dir, 'main']);
  head = work.commit([first], [{ path: 'x', content: 'x' }]);
});
afterEach(async () => {
  await server.close();
  place.remove();
});

const push = (change: Partial<PushRequest> = {}) =>
  pushBranch(git, {
    repo: work.dir,
    url: `${server.url}/acme/widgets.git`,
    token: TOKEN,
    branch: BRANCH,
    head,
    expectedOld: null,
    ...change,
  });
const at = (branch = BRANCH) =>
  origin.git(['for-each-ref', '--format=%(objectname)', `refs/heads/${branch}`]);
const hook = (name: string, script: string) => {
  mkdirSync(join(origin.dir, 'hooks'), { recursive: true });
  writeFileSync(join(origin.dir, 'hooks', name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(origin.dir, 'hooks', name), 0o755);
};

test('a new branch, the same again, then forward', async () => {
  expect(await push()).toEqual({ kind: 'pushed' });
  expect(at()).toBe(head);
  expect(await push()).toEqual({ kind: 'already' });
  const later = work.commit([head], [{ path: 'y', content: 'y' }]);
  expect(await push({ head: later, expectedOld: head })).toEqual({ kind: 'pushed' });
  expect(at()).toBe(later);
  expect(await push({ head: first, expectedOld: later })).toMatchObject({ kind: 'rejected' });
  expect(at()).toBe(later);
});

test('a person’s commit is never overwritten', async () => {
  const human = origin.commit([first], [{ path: 'human', content: 'h' }]);
  origin.git(['update-ref', `refs/heads/${BRANCH}`, human]);
  expect(await push()).toEqual({ kind: 'moved', actual: human });
  expect(await push({ expectedOld: first })).toEqual({ kind: 'moved', actual: human });
  // even when told that it may: the commit is not below the new head
  expect(await push({ expectedOld: human })).toMatchObject({ kind: 'rejected' });
  expect(at()).toBe(human);
  origin.git(['update-ref', '-d', `refs/heads/${BRANCH}`]);
  expect(await push({ expectedOld: human })).toEqual({ kind: 'moved', actual: null });
});

test('a person who pushes in between wins', async () => {
  const human = origin.commit([first], [{ path: 'human', content: 'h' }]);
  server.intercept = (request) => {
    if (request.method === 'POST' && request.url?.endsWith('git-receive-pack'))
      origin.git(['update-ref', `refs/heads/${BRANCH}`, human]);
    return false;
  };
  expect(await push()).toEqual({ kind: 'moved', actual: human });
  expect(at()).toBe(human);
});

test('a person who takes a commit back in between wins', async () => {
  const second = work.commit([first], [{ path: 'y', content: 'y' }]);
  expect(await push({ head: second })).toEqual({ kind: 'pushed' });
  const third = work.commit([second], [{ path: 'z', content: 'z' }]);
  server.intercept = (request) => {
    if (request.method === 'GET' && request.url?.endsWith('service=git-receive-pack'))
      origin.git(['update-ref', `refs/heads/${BRANCH}`, first]);
    return false;
  };
  expect(await push({ head: third, expectedOld: second })).toEqual({ kind: 'moved', actual: first });
  expect(at()).toBe(first);
});

test('an answer that was lost counts as what happened', async () => {
  server.intercept = async (request, response) => {
    if (request.method !== 'POST' || !request.url?.endsWith('git-receive-pack')) return false;
    origin.git(['fetch', '-q', work.dir, `${head}:refs/heads/${BRANCH}`]);
    response.destroy();
    return true;
  };
  work.git(['config', 'uploadpack.allowAnySHA1InWant', 'true']);
  expect(await push()).toEqual({ kind: 'pushed' });
});

test('the server’s own rules are told in its words, without secrets', async () => {
  hook('pre-receive', `echo "no \u0007 https://bob:pw@host/x ${TOKEN}" >&2; echo "second line" >&2; exit 1`);
  expect(await push()).toEqual({
    kind: 'rejected',
    message: '[remote rejected] (pre-receive hook declined)\nno  https://host/x ***\nsecond line',
  });
  hook('pre-receive', 'yes "a long complaint" | head -500 >&2; exit 1');
  const long = await push();
  expect(long.kind === 'rejected' && long.message.length).toBeLessThanOrEqual(1_000);
});

test('a branch name in the way of another is a rejection', async () => {
  origin.git(['update-ref', 'refs/heads/GH-12', first]);
  expect(await push()).toMatchObject({ kind: 'rejected' });
});

test('no access, no server, a redirect', async () => {
  expect(await push({ token: 'nope' })).toMatchObject({ kind: 'denied' });
  expect(await push({ url: `${server.url}/acme/none.git` })).toMatchObject({ kind: 'denied' });
  const rogue = await startGitServer(place.dir);
  try {
    server.intercept = (request, response) => {
      response.writeHead(301, { location: `${rogue.url}${request.url}` }).end();
      return true;
    };
    expect(await push()).toMatchObject({ kind: 'unavailable' });
    expect(rogue.requests).toEqual([]);
  } finally {
    await rogue.close();
  }
  server.intercept = (_request, response) => {
    response.writeHead(503).end();
    return true;
  };
  expect(await push()).toMatchObject({ kind: 'unavailable' });
});

test('the head of a branch is found by its exact name', async () => {
  const remote = { url: `${server.url}/acme/widgets.git`, token: TOKEN };
  origin.git(['update-ref', 'refs/heads/x/refs/heads/solo', first]);
  expect(await remoteHead(git, { ...remote, branch: 'main' })).toEqual({ kind: 'found', sha: first });
  expect(await remoteHead(git, { ...remote, branch: 'solo' })).toEqual({ kind: 'absent' });
});

test('names and URLs that git must never see are refused before it starts', async () => {
  for (const branch of ['-x', 'a..b', 'a b', 'refs/heads/x', 'a.lock', 'a//b', '@', 'a\nb', 'a:b', '']) {
    await expect(push({ branch })).rejects.toThrow('Not a branch name');
  }
  for (const url of [
    'ext::sh -c x',
    'file:///etc',
    'ssh://h/x',
    'https://u:p@h/x',
    '--upload-pack=x',
    '/srv/x',
  ]) {
    await expect(push({ url })).rejects.toThrow('plain http or https');
  }
  await expect(push({ head: 'main' })).rejects.toThrow('Not a full object id');
});

test('a ref of prlt is taken off while it is what was put there, and nothing else ever', async () => {
  const ref = 'refs/prlt/GH-12/1.1';
  const drop = (over: Partial<Parameters<typeof dropRef>[1]> = {}) =>
    dropRef(git, {
      repo: work.dir,
      url: `${server.url}/acme/widgets.git`,
      token: TOKEN,
      ref,
      head,
      ...over,
    });
  const refs = () => origin.git(['for-each-ref', '--format=%(refname)']).trim().split('\n');
  expect(await push({ branch: ref })).toEqual({ kind: 'pushed' });
  expect(await drop({ head: first })).toEqual({ kind: 'moved' });
  expect(refs()).toEqual(['refs/heads/main', ref]);
  expect(await drop({ token: 'another' })).toMatchObject({ kind: 'denied' });
  expect(await drop()).toEqual({ kind: 'gone' });
  expect(await drop()).toEqual({ kind: 'gone' });
  expect(refs()).toEqual(['refs/heads/main']);
  await expect(drop({ ref: 'refs/heads/main', head: first })).rejects.toThrow('Not a ');
  await expect(drop({ ref: 'main', head: first })).rejects.toThrow("Not a ref of prlt's own");
});
