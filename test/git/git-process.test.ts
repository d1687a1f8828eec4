/** Git is bounded in time and output, ends when told to, and its errors are fit to be shown. */
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { GitError } from '#src/git/git-error.ts';
import { createGit, type Git, type GitRecord } from '#src/git/git-process.ts';
import { type GitServer, makeRepository, scratch, startGitServer } from '#test/support/git.ts';

let place: ReturnType<typeof scratch>;
let git: Git;
let server: GitServer | undefined;
const records: GitRecord[] = [];

beforeEach(async () => {
  place = scratch();
  records.length = 0;
  git = await createGit({
    dir: join(place.dir, 'git'),
    env: process.env,
    observe: (record) => records.push(record),
  });
});
afterEach(async () => {
  await server?.close();
  server = undefined;
  place.remove();
});

const silentServer = async () => {
  server = await startGitServer(place.dir);
  server.intercept = () => new Promise<boolean>(() => {});
  return `${server.url}/x.git`;
};
const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error) => (error instanceof GitError ? error : undefined),
  );

test('a failure has command, code and words', async () => {
  const error = await failure(git.run({ gitDir: '/nonexistent', args: ['rev-parse', 'HEAD'] }));
  expect(error).toMatchObject({ command: 'rev-parse', failure: 'exit', exitCode: 128 });
  expect(error?.message).toContain('not a git repository');
  expect(records).toMatchObject([{ command: 'rev-parse', failure: 'exit' }]);
});

test('time runs out, a caller cancels: git and its children are gone', async () => {
  const url = await silentServer();
  expect(await failure(git.run({ args: ['ls-remote', url], timeoutMs: 200 }))).toMatchObject({
    failure: 'timeout',
  });
  const control = new AbortController();
  setTimeout(() => control.abort(), 200);
  const cancelled = git.run({ args: ['ls-remote', url], signal: control.signal });
  expect(await failure(cancelled)).toMatchObject({ failure: 'cancelled' });
  expect(await failure(git.run({ args: ['version'], signal: control.signal }))).toMatchObject({
    failure: 'cancelled',
  });
  expect(commandsWith(url)).toEqual([]);
});

test('output is capped, or cut where that is asked for', async () => {
  const repository = makeRepository(join(place.dir, 'r.git'));
  const oid = repository.blob('x'.repeat(100_000));
  const call = { gitDir: repository.dir, args: ['cat-file', 'blob', oid] as const, maxOutput: 1_000 };
  expect(await failure(git.run(call))).toMatchObject({ failure: 'overflow' });
  const cut = await git.run({ ...call, overflow: 'truncate' });
  expect([cut.stdout.length, cut.truncated]).toEqual([1_000, true]);
  const whole = await git.run({ ...call, maxOutput: 100_000, overflow: 'truncate' });
  expect([whole.stdout.length, whole.truncated]).toEqual([100_000, false]);
});

test('memory is bounded', async () => {
  const repository = makeRepository(join(place.dir, 'r.git'));
  // blobs are streamed, a tag is read whole
  const oid = repository.git(
    ['hash-object', '-w', '--literally', '-t', 'tag', '--stdin'],
    Buffer.alloc(100_000_000),
  );
  const call = { gitDir: repository.dir, args: ['cat-file', 'tag', oid] as const, maxOutput: 200_000_000 };
  expect((await git.run(call)).stdout.length).toBe(100_000_000);
  const error = await failure(git.run({ ...call, limits: { memory: 60_000_000, cpu: 5 } }));
  expect(error?.stderr).toMatch(/out of memory|mmap failed/i);
});

test('git dies with the process that started it', async () => {
  const url = await silentServer();
  const script = `
    const { createGit } = await import(${JSON.stringify(join(import.meta.dirname, '../../src/git/git-process.ts'))});
    const git = await createGit({ dir: ${JSON.stringify(join(place.dir, 'other'))}, env: process.env });
    await git.run({ args: ['ls-remote', ${JSON.stringify(url)}] });`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'ignore' });
  await until(() => commandsWith(url).some((command) => command.startsWith('git\0')));
  child.kill('SIGKILL');
  await until(() => !commandsWith(url).some((command) => command.startsWith('git\0')));
  await server?.close();
  await until(() => commandsWith(url).length === 0);
  expect(commandsWith(url)).toEqual([]);
});

test('the operator’s authorities are added to the known ones', async () => {
  const dir = join(place.dir, 'with-ca');
  const extra = join(import.meta.dirname, '../../package.json');
  await createGit({ dir, env: { ...process.env, NODE_EXTRA_CA_CERTS: extra } });
  const bundle = readFileSync(join(dir, 'authorities.pem'), 'utf8');
  expect(bundle.match(/BEGIN CERTIFICATE/g)?.length).toBeGreaterThan(50);
  expect(bundle.endsWith(readFileSync(extra, 'utf8'))).toBe(true);
  expect(readFileSync(join(dir, 'gitconfig'), 'utf8')).toContain(`sslCAInfo = "${dir}/authorities.pem"`);
  const without = join(place.dir, 'without-ca');
  await createGit({ dir: without, env: { PATH: process.env['PATH'] } });
  expect(existsSync(join(without, 'authorities.pem'))).toBe(false);
});

function commandsWith(text: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        return [readFileSync(`/proc/${pid}/cmdline`, 'latin1')];
      } catch {
        return [];
      }
    })
    .filter((command) => command.includes(text) && !command.includes('--input-type'));
}

async function until(condition: () => boolean): Promise<void> {
  for (let round = 0; round < 200 && !condition(); round++)
    await new Promise((later) => setTimeout(later, 25));
  expect(condition()).toBe(true);
}
