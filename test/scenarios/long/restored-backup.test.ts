/** A database from yesterday meets the GitHub of today: what is there already is taken up, nothing is done twice. */
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { containers, select, volumes } from '#test/support/machine.ts';
import { repo, type Stage, setStage } from '#test/support/scenario.ts';

const run = promisify(execFile);
const root = resolve(import.meta.dirname, '../../..');

describe('a restored backup', () => {
  let stage: Stage;
  let shelf: string;
  let issue: number;
  const working = () => join(shelf, 'working');
  const earlier = () => join(shelf, 'earlier');

  async function prlt(...args: string[]): Promise<string> {
    const { stdout } = await run(process.execPath, [join(root, 'bin/prlt.js'), ...args], {
      cwd: shelf,
      env: { PATH: process.env['PATH'], PRLT_DATA_DIR: stage.prlt.dataDir },
    });
    return stdout;
  }
  const item = () => select(stage.prlt.dataDir, 'select status, pull from items')[0];
  const comments = () => stage.github.comments(repo, issue).filter(({ body }) => body.includes('<!-- prlt:'));

  beforeAll(async () => {
    shelf = await mkdtemp(join(tmpdir(), 'prlt-shelf-'));
    stage = await setStage({ agent: 'sleep 2; echo "$PRLT_RUN_ID" > run.txt' });
    const { github, until } = stage;
    await prlt('backup', earlier());
    issue = github.as('alice').openIssue(repo, { title: 'Once', labels: ['agent:ready'] }).number;
    await until('the agent', () => item()?.['status'] === 'in_progress');
    await prlt('backup', working());
    await until('the review', () => github.labels(repo, issue).join() === 'agent:review');
    await until('the container to go', async () => (await containers(stage.prlt.dataDir)).length === 0);
  });
  afterAll(async () => {
    expect(stage.github.contractViolations).toEqual([]);
    await stage.close();
    await rm(shelf, { recursive: true });
  });

  async function expectOnce(): Promise<void> {
    const { github, prlt: service } = stage;
    await stage.until('the review', () => github.labels(repo, issue).join() === 'agent:review');
    await stage.until('the last word', () => stage.status(issue)?.includes('[#2]'));
    expect(item()).toEqual({ status: 'review', pull: 2 });
    expect(github.pulls(repo)).toHaveLength(1);
    expect(Object.keys(await github.branches(repo))).toHaveLength(2);
    expect(comments()).toHaveLength(1);
    expect(await containers(service.dataDir)).toEqual([]);
  }

  it('is one file that only its owner reads', async () => {
    expect(await readdir(shelf)).toEqual(['earlier', 'working']);
    expect((await stat(working())).mode & 0o777).toBe(0o600);
    await expect(prlt('backup', working())).rejects.toThrow('is there already');
  });

  it('is refused while the service runs', async () => {
    await expect(prlt('restore', working())).rejects.toThrow('Another prlt process uses');
  });

  it('from while the agent worked ends with the same pull request, branch and comment', async () => {
    expect(await stage.prlt.end('SIGTERM')).toBe(0);
    expect(await prlt('restore', working())).toContain('Restored the backup of 2');
    expect(item()).toEqual({ status: 'in_progress', pull: null });
    await stage.prlt.start();
    await stage.until('the pull request to be found', () => item()?.['status'] === 'review');
    await expectOnce();
    expect(select(stage.prlt.dataDir, 'select id from runs')).toHaveLength(1);
  });

  it('from before the item was known finds it too, when somebody asks again', async () => {
    const { github, prlt: service, until } = stage;
    expect(await service.end('SIGTERM')).toBe(0);
    await prlt('restore', earlier());
    expect(item()).toBeUndefined();
    await service.start();
    github.as('alice').comment(repo, issue, '/prlt start');
    await until('the pull request to be found', () => item()?.['status'] === 'review');
    await expectOnce();
    expect(select(service.dataDir, 'select id from runs')).toEqual([]);
  });

  it('leaves nothing behind when the pull request is closed', async () => {
    await stage.github.as('alice').closePull(repo, 2);
    await stage.until('the end', () => item()?.['status'] === 'cancelled');
    await stage.until('the volumes to go', async () => (await volumes(stage.prlt.dataDir)).length === 0);
  });
});
