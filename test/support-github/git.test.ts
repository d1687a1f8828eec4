/** Real git over HTTP: who may clone and push, what a push sets off, and what is refused. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asInstallation, installationToken } from '#test/support/github/clients.ts';
import { type LocalGitHub, startLocalGitHub } from '#test/support/github/local-github.ts';

const run = promisify(execFile);
const env = {
  PATH: process.env['PATH'],
  HOME: '/nonexistent',
  GIT_TERMINAL_PROMPT: '0',
  GIT_CONFIG_NOSYSTEM: '1',
};
let github: LocalGitHub;
let scratch: string;

beforeAll(async () => {
  github = await startLocalGitHub();
  await github.createRepository({ owner: 'acme', name: 'open', files: { 'a.txt': 'one\n' } });
  await github.createRepository({ owner: 'acme', name: 'closed', private: true });
  scratch = await mkdtemp(join(tmpdir(), 'git-test-'));
});

afterAll(async () => {
  expect(github.contractViolations).toEqual([]);
  await github.close();
  await rm(scratch, { recursive: true });
});

const git = (dir: string, ...args: string[]) => run('git', args, { cwd: dir, env });
const withToken = (token: string) => [
  '-c',
  `http.extraHeader=Authorization: Basic ${Buffer.from(`x-access-token:${token}`).toString('base64')}`,
];

async function clone(repo: string, token?: string): Promise<string> {
  const dir = await mkdtemp(join(scratch, 'clone-'));
  const auth = token === undefined ? [] : withToken(token);
  await git(scratch, ...auth, 'clone', '--quiet', `${github.url}/${repo}.git`, dir);
  await git(dir, 'config', 'user.name', 'Dev');
  await git(dir, 'config', 'user.email', 'dev@example.org');
  return dir;
}

async function commit(dir: string, path: string, content: string): Promise<string> {
  await mkdir(dirname(join(dir, path)), { recursive: true });
  await writeFile(join(dir, path), content);
  await git(dir, 'add', '-A');
  await git(dir, 'commit', '--quiet', '-m', `Change ${path}`);
  return (await git(dir, 'rev-parse', 'HEAD')).stdout.trim();
}

const failure = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'it worked',
    (error: { stderr: string }) => error.stderr,
  );

describe('reading', () => {
  it('is open for public repositories and asks for a password for private ones', async () => {
    await clone('acme/open');
    expect(await failure(clone('acme/closed'))).toMatch(/could not read Username/);
    const answer = await fetch(`${github.url}/acme/closed.git/info/refs?service=git-upload-pack`);
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toContain('Basic');
  });

  it('needs contents: read on this very repository', async () => {
    await clone(
      'acme/closed',
      await installationToken(github, 'acme', { permissions: { contents: 'read' } }),
    );
    const elsewhere = await installationToken(github, 'acme', { repositories: ['open'] });
    expect(await failure(clone('acme/closed', elsewhere))).toMatch(/not found/i);
    const noContents = await installationToken(github, 'acme', { permissions: { issues: 'write' } });
    expect(await failure(clone('acme/closed', noContents))).toMatch(/403/);
    expect(await failure(clone('acme/open', 'ghs_wrong'))).toMatch(/Authentication failed|could not read/);
  });
});

describe('pushing', () => {
  it('needs contents: write, and updates pull requests and refs', async () => {
    const token = await installationToken(github, 'acme', {
      repositories: ['open'],
      permissions: { contents: 'write' },
    });
    const dir = await clone('acme/open', token);
    await git(dir, 'checkout', '--quiet', '-b', 'topic');
    const first = await commit(dir, 'b.txt', 'b\n');
    expect(await failure(git(dir, 'push', 'origin', 'topic'))).toMatch(/could not read Username/);
    const readOnly = await installationToken(github, 'acme', { permissions: { contents: 'read' } });
    expect(await failure(git(dir, ...withToken(readOnly), 'push', 'origin', 'topic'))).toMatch(/403/);
    await git(dir, ...withToken(token), 'push', '--quiet', 'origin', 'topic');
    expect((await github.branches('acme/open'))['topic']).toBe(first);

    const pull = await github.as('acme').openPull('acme/open', { title: 'T', head: 'topic', base: 'main' });
    const second = await commit(dir, 'b.txt', 'bb\n');
    await git(dir, ...withToken(token), 'push', '--quiet', 'origin', 'topic');
    expect(pull.headSha).toBe(second);
    const { stdout } = await git(dir, 'ls-remote', 'origin', `refs/pull/${pull.issue.number}/head`);
    expect(stdout).toContain(second);
    expect(github.writes().some((each) => each.kind === 'git' && each.actor === 'prlt[bot]')).toBe(true);

    await git(dir, ...withToken(token), 'push', '--quiet', 'origin', '--delete', 'topic');
    expect(pull.issue.state).toBe('closed');
  });

  it('is refused into protected branches, hidden refs, archives, and over stale heads', async () => {
    await github.createRepository({ owner: 'acme', name: 'strict' });
    const token = await installationToken(github, 'acme');
    const dir = await clone('acme/strict', token);
    github.protect('acme/strict', 'main');
    await commit(dir, 'x.txt', 'x\n');
    const push = (...args: string[]) => failure(git(dir, ...withToken(token), 'push', 'origin', ...args));
    expect(await push('main')).toMatch(/GH006: Protected branch update failed/);
    expect(await push('HEAD:refs/pull/7/head')).toMatch(/hidden ref/);
    await github.as('acme').push('acme/strict', 'side', { 'y.txt': 'y\n' });
    expect(await push('HEAD:side')).toMatch(/rejected/);
    github.archiveRepository('acme/strict');
    expect(await push('HEAD:other')).toMatch(/archived|403/);
  });

  it('of workflow files needs the workflows permission', async () => {
    const token = await installationToken(github, 'acme');
    const dir = await clone('acme/open', token);
    await commit(dir, '.github/workflows/ci.yml', 'on: push\n');
    const said = await failure(git(dir, ...withToken(token), 'push', 'origin', 'HEAD:wf'));
    expect(said).toMatch(
      /refusing to allow a GitHub App to create or update workflow `.github\/workflows\/ci.yml`/,
    );
    expect(Object.keys(await github.branches('acme/open'))).not.toContain('wf');
    await github.as('acme').push('acme/open', 'wf', { '.github/workflows/ci.yml': 'on: push\n' });
    const octokit = await asInstallation(github, 'acme');
    await octokit.rest.git.createRef({
      owner: 'acme',
      repo: 'open',
      ref: 'refs/heads/wf2',
      sha: (await github.branches('acme/open'))['wf'] ?? '',
    });
    const pull = await github.as('acme').openPull('acme/open', { title: 'CI', head: 'wf', base: 'main' });
    await expect(
      octokit.rest.pulls.merge({ owner: 'acme', repo: 'open', pull_number: pull.issue.number }),
    ).rejects.toThrow(/workflows/);
  });

  it('as a person follows the role', async () => {
    github.grant('acme/open', 'rita', 'read');
    github.grant('acme/open', 'will', 'write');
    const dir = await clone('acme/open');
    await commit(dir, 'p.txt', 'p\n');
    const push = (login: string) =>
      failure(git(dir, ...withToken(github.tokenFor(login)), 'push', 'origin', `HEAD:by-${login}`));
    expect(await push('rita')).toMatch(/403/);
    expect(await push('will')).toBe('it worked');
  });

  it('follows a rename', async () => {
    await github.createRepository({ owner: 'acme', name: 'old' });
    const token = await installationToken(github, 'acme');
    const dir = await clone('acme/old', token);
    github.renameRepository('acme/old', 'new');
    await commit(dir, 'n.txt', 'n\n');
    await git(dir, ...withToken(token), 'push', '--quiet', 'origin', 'HEAD:main');
    expect(await github.readFile('acme/new', 'main', 'n.txt')).toBe('n\n');
  });
});

describe('refs and trees over the API', () => {
  it('create, move forward only, and delete', async () => {
    const octokit = await asInstallation(github, 'acme');
    const at = { owner: 'acme', repo: 'open' };
    const main = (await github.branches('acme/open'))['main'] ?? '';
    const ahead = await github.as('acme').push('acme/open', 'ahead', { 'c.txt': 'c\n' });
    await octokit.rest.git.createRef({ ...at, ref: 'refs/heads/moving', sha: main });
    await octokit.rest.git.updateRef({ ...at, ref: 'heads/moving', sha: ahead });
    await expect(octokit.rest.git.updateRef({ ...at, ref: 'heads/moving', sha: main })).rejects.toThrow(
      /fast forward/,
    );
    await octokit.rest.git.updateRef({ ...at, ref: 'heads/moving', sha: main, force: true });
    await expect(octokit.rest.git.createRef({ ...at, ref: 'refs/heads/moving', sha: main })).rejects.toThrow(
      /already exists/,
    );
    await octokit.rest.git.deleteRef({ ...at, ref: 'heads/moving' });
    await expect(octokit.rest.git.getRef({ ...at, ref: 'heads/moving' })).rejects.toMatchObject({
      status: 404,
    });
  });

  it('read files, directories and comparisons', async () => {
    const octokit = await asInstallation(github, 'acme');
    const at = { owner: 'acme', repo: 'open' };
    await github.as('acme').push('acme/open', 'deep/branch', {
      'src/ü.txt': 'x\n',
      'run.sh': { mode: '100755', content: '#!/bin/sh\n' },
    });
    const file = await octokit.rest.repos.getContent({ ...at, path: 'src/ü.txt', ref: 'deep/branch' });
    expect(file.data).toMatchObject({ type: 'file', encoding: 'base64', path: 'src/ü.txt' });
    const raw = await octokit.rest.repos.getContent({
      ...at,
      path: 'src/ü.txt',
      ref: 'deep/branch',
      mediaType: { format: 'raw' },
    });
    expect(raw.data).toBe('x\n');
    const dir = await octokit.rest.repos.getContent({ ...at, path: 'src', ref: 'deep/branch' });
    expect(dir.data).toMatchObject([{ name: 'ü.txt', type: 'file' }]);
    await expect(octokit.rest.repos.getContent({ ...at, path: 'nope' })).rejects.toMatchObject({
      status: 404,
    });
    const compared = await octokit.rest.repos.compareCommitsWithBasehead({
      ...at,
      basehead: 'main...deep/branch',
    });
    expect(compared.data).toMatchObject({ status: 'ahead', ahead_by: 1, behind_by: 0 });
    expect(compared.data.files?.map((each) => each.filename)).toEqual(['run.sh', 'src/ü.txt']);
    expect((await octokit.rest.repos.getBranch({ ...at, branch: 'deep/branch' })).data.name).toBe(
      'deep/branch',
    );
  });
});
