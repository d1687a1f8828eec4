/** What every git of the service is held to: each setting that keeps something out, and what it keeps out where a test can plant that. */
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createGit, type Git } from '#src/git/git-process.ts';
import { prepareSettings } from '#src/git/git-settings.ts';
import { makeRepository, scratch, startGitServer, type TestRepository } from '#test/support/git.ts';

/** Nothing that a repository or a branch brings is started, followed, asked for a password or reached by another way. */
const settings: Record<string, string> = {
  'core.hookspath': '/dev/null',
  'core.fsmonitor': 'false',
  'core.attributesfile': '/dev/null',
  'core.excludesfile': '/dev/null',
  'core.protecthfs': 'true',
  'core.protectntfs': 'true',
  'core.pager': 'cat',
  'gc.auto': '0',
  'maintenance.auto': 'false',
  'safe.barerepository': 'explicit',
  'protocol.allow': 'never',
  'protocol.http.allow': 'always',
  'protocol.https.allow': 'always',
  'http.followredirects': 'false',
  'http.sslverify': 'true',
  'http.lowspeedlimit': '500',
  'http.lowspeedtime': '60',
  'credential.helper': '',
  'transfer.credentialsinurl': 'die',
  'fetch.recursesubmodules': 'false',
  'push.default': 'nothing',
  'push.followtags': 'false',
  'push.gpgsign': 'false',
  'push.recursesubmodules': 'no',
  'submodule.recurse': 'false',
  'log.showsignature': 'false',
  'log.mailmap': 'false',
};

let place: ReturnType<typeof scratch>;
let git: Git;
let repository: TestRepository;
let first: string;
let trap: string;
beforeEach(async () => {
  place = scratch();
  trap = join(place.dir, 'sprung');
  git = await createGit({ dir: join(place.dir, 'git'), env: process.env });
  repository = makeRepository(join(place.dir, 'r.git'));
  first = repository.commit([], [{ path: 'x', content: 'x' }]);
});
afterEach(() => place.remove());

const run = (...args: [string, ...string[]]) => git.run({ gitDir: repository.dir, args });

test.each(Object.entries(settings))('%s is %j', async (name, value) => {
  const { stdout } = await git.run({ args: ['config', '--get-all', name] });
  expect(stdout.toString()).toBe(`${value}\n`);
});

test('of the environment nothing passes but what is named, and nothing of the machine’s own settings is read', async () => {
  const dir = join(place.dir, 'git');
  const env = { PATH: '/bin', PRIVATE_KEY: 'x', GIT_SSH_COMMAND: 'x', GIT_EXTERNAL_DIFF: 'x', HOME: '/root' };
  expect(await prepareSettings(dir, env)).toEqual({
    PATH: '/bin',
    HOME: dir,
    XDG_CONFIG_HOME: dir,
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: join(dir, 'gitconfig'),
    GIT_ATTR_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_ALLOW_PROTOCOL: 'http:https',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_NO_LAZY_FETCH: '1',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_CEILING_DIRECTORIES: `/:${dir}`,
  });
});

test('a hook that lies in a repository is not run', async () => {
  const hook = join(repository.dir, 'hooks/reference-transaction');
  mkdirSync(join(repository.dir, 'hooks'), { recursive: true });
  writeFileSync(hook, `#!/bin/sh\ntouch ${trap}\n`);
  chmodSync(hook, 0o755);
  await run('update-ref', 'refs/heads/x', first);
  expect(existsSync(trap)).toBe(false);
  repository.git(['update-ref', 'refs/heads/y', first]);
  expect(existsSync(trap)).toBe(true);
});

test('only http and https are spoken', async () => {
  for (const url of [
    `ext::sh -c touch% ${trap}`,
    repository.dir,
    `file://${repository.dir}`,
    'git://127.0.0.1:1/x',
    'ssh://127.0.0.1:1/x',
    'ftp://127.0.0.1:1/x',
  ])
    await expect(git.run({ args: ['ls-remote', url] })).rejects.toThrow(/transport '\w+' not allowed/);
  expect(existsSync(trap)).toBe(false);
});

test('a commit that another is put in the place of is read as itself', async () => {
  const tree = repository.git(['rev-parse', `${first}^{tree}`]);
  repository.git(['replace', first, repository.commit([], [{ path: 'x', content: 'y' }])]);
  const { stdout } = await run('rev-parse', `${first}^{tree}`);
  expect(stdout.toString()).toBe(`${tree}\n`);
  expect(repository.git(['rev-parse', `${first}^{tree}`])).not.toBe(tree);
});

test('what a repository lacks is not fetched from where it says', async () => {
  const server = await startGitServer(place.dir);
  try {
    repository.git(['config', 'extensions.partialClone', 'far']);
    repository.git(['config', 'core.repositoryFormatVersion', '1']);
    repository.git(['config', 'remote.far.promisor', 'true']);
    repository.git(['config', 'remote.far.url', `${server.url}/x.git`]);
    await expect(run('cat-file', '-p', '1'.repeat(40))).rejects.toThrow();
    expect(server.requests).toEqual([]);
  } finally {
    await server.close();
  }
});
