/** A database from yesterday meets the GitHub of today: what is there already is taken up, nothing is done twice. */
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Item } from '#src/core/item.ts';
import { ask } from '#test/support/company.ts';
import { containers, select, volumes } from '#test/support/machine.ts';
import { repo, type Stage, setStage } from '#test/support/scenario.ts';

const run = promisify(execFile);
const root = resolve(import.meta.dirname, '../../..');

async function prltOn(stage: Stage, cwd: string, ...args: string[]): Promise<string> {
  const { stdout } = await run(process.execPath, [join(root, 'bin/prlt.js'), ...args], {
    cwd,
    env: { PATH: process.env['PATH'], PRLT_DATA_DIR: stage.prlt.dataDir },
  });
  return stdout;
}

describe('a restored backup', () => {
  let stage: Stage;
  let shelf: string;
  let issue: number;
  const working = () => join(shelf, 'working');
  const earlier = () => join(shelf, 'earlier');

  const prlt = (...args: string[]) => prltOn(stage, shelf, ...args);
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
    // Else the label says that an agent took it, and nobody has to ask.
    github.as('alice').unlabel(repo, issue, 'agent:review');
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

/** Four issues of one repository, each with a fate of its own between the backup and its return. */
describe('what was done since the backup is not done again', () => {
  let stage: Stage;
  let shelf: string;
  let before: unknown;
  let assigned: number;
  const issues = { fixed: 0, merged: 0, closed: 0, labelled: 0 };

  const facts = (issue: number) => {
    const [row] = select(stage.prlt.dataDir, `select facts from items where number = ${issue}`);
    return row && (JSON.parse(String(row['facts'])) as Item);
  };
  const status = (issue: number) =>
    select(stage.prlt.dataDir, `select status from items where number = ${issue}`)[0]?.['status'];
  const rests = (issue: number) => facts(issue)?.run?.phase === 'ended' && !facts(issue)?.wants;
  const runs = () => select(stage.prlt.dataDir, 'select id from runs').length;
  const pullOf = (issue: number) => {
    const found = stage.github.pulls(repo).find(({ headRef }) => headRef.startsWith(`GH-${issue}/`));
    if (!found) throw new Error(`#${issue} has no pull request`);
    return found;
  };
  const made = async () => ({
    branches: await stage.github.branches(repo),
    pulls: stage.github.pulls(repo).map(({ issue, headSha }) => [issue.number, headSha]),
  });

  beforeAll(async () => {
    shelf = await mkdtemp(join(tmpdir(), 'prlt-shelf-'));
    stage = await setStage({
      runtime: 'host',
      agent: 'sleep 3; echo "$PRLT_RUN_ID" > run.txt',
    });
    const { github, prlt, until } = stage;
    const alice = github.as('alice');
    issues.fixed = ask(stage, repo, 'Fixed');
    await until('the review', () => status(issues.fixed) === 'review' && rests(issues.fixed));
    alice.comment(repo, issues.fixed, '/prlt start');
    issues.merged = ask(stage, repo, 'Merged');
    issues.closed = ask(stage, repo, 'Closed');
    const under = [issues.fixed, issues.merged, issues.closed];
    await until('three at work', () => under.every((one) => facts(one)?.run?.phase === 'working'));
    await prltOn(stage, shelf, 'backup', join(shelf, 'backup'));
    assigned = runs();

    issues.labelled = ask(stage, repo, 'Labelled');
    const all = Object.values(issues);
    await until('the reviews', () =>
      all.every((one) => rests(one) && github.labels(repo, one).join() === 'agent:review'),
    );
    const { issue, headRef } = pullOf(issues.merged);
    await alice.editPull(repo, issue.number, { body: issue.body?.replace('Closes', 'About') ?? '' });
    alice.markReady(repo, issue.number);
    await alice.mergePull(repo, issue.number);
    await alice.deleteBranch(repo, headRef);
    await alice.closePull(repo, pullOf(issues.closed).issue.number);
    await until('the ends', () => status(issues.merged) === 'done' && status(issues.closed) === 'cancelled');

    before = await made();
    expect(await prlt.end('SIGTERM')).toBe(0);
    await prltOn(stage, shelf, 'restore', join(shelf, 'backup'));
    await prlt.start();
  });
  afterAll(async () => {
    expect(stage.github.contractViolations).toEqual([]);
    await stage.close();
    await rm(shelf, { recursive: true });
  });

  it.concurrent.each([
    ['merged', 'done', 'its branch was deleted'],
    ['closed', 'cancelled', 'by a person'],
    ['labelled', 'review', 'an agent took the label off'],
    ['fixed', 'review', 'an agent pushed to its pull request'],
  ] as const)('%s is %s: %s', async (name, expected, _) => {
    const issue = issues[name];
    const pull = pullOf(issue).issue.number;
    await stage.until('the end', () => rests(issue) && facts(issue)?.change?.pull, 40);
    expect([status(issue), facts(issue)?.change?.pull?.number]).toEqual([expected, pull]);
    expect(facts(issue)?.change?.head).toBe(pullOf(issue).headSha);
    const ofIssue = select(
      stage.prlt.dataDir,
      `select r.id from runs r join items i on i.id = r.item where i.number = ${issue}`,
    );
    expect(ofIssue).toHaveLength({ merged: 1, closed: 1, labelled: 0, fixed: 2 }[name]);
  });

  it('leaves branches and pull requests as they were', async () => {
    expect(await made()).toEqual(before);
    expect(runs()).toBe(assigned);
  });
});
