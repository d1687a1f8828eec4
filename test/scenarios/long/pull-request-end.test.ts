/** How pull requests end, and what keeps them from beginning: drafts refused, branches taken, pushes rejected. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addRepository, ask, ended, statusComments } from '#test/support/company.ts';
import { repo, type Stage, setStage } from '#test/support/scenario.ts';

const agent = 'echo change > change.txt\n';
const once = 'limits: { attempts: 3 }\n';

let stage: Stage;
beforeAll(async () => {
  stage = await setStage({ agent, runtime: 'host', env: { PRLT_MAX_CONCURRENCY: '8' } });
});
afterAll(async () => {
  expect(stage.github.contractViolations).toEqual([]);
  await stage.close();
});

const workspaces = () => readdir(join(stage.prlt.dataDir, 'host', 'workspaces'));

async function opened(name: string, title: string): Promise<{ issue: number; pull: number }> {
  const issue = ask(stage, name, title);
  await ended(stage, name, issue, 'agent:review');
  const pull = stage.github.pulls(name).find((each) => each.issue.body?.includes(`#${issue}`));
  return { issue, pull: pull?.issue.number ?? 0 };
}

describe('a pull request', () => {
  it('that is merged completes the item', async () => {
    const { github, until } = stage;
    const { issue, pull } = await opened(repo, 'Merge me');
    expect(await workspaces()).toHaveLength(1);
    github.as('alice').markReady(repo, pull);
    await github.as('alice').mergePull(repo, pull);
    const status = await ended(stage, repo, issue, 'agent:done');
    expect(status).toContain(`[#${pull}]`);
    await until('no other label', () => github.labels(repo, issue).join() === 'agent:done');
    expect(github.issue(repo, issue).state).toBe('closed');
    await until('no workspace', async () => (await workspaces()).length === 0);
    expect(await github.readFile(repo, 'main', 'change.txt')).toBe('change\n');
  });

  it('that is closed cancels the item, which can be asked for again', async () => {
    const { github, until } = stage;
    const name = await addRepository(stage, 'closing', { agent });
    const { issue, pull } = await opened(name, 'Close me');
    await github.as('alice').closePull(name, pull);
    await until('no label', () => github.labels(name, issue).length === 0);
    await until('it says so', () => statusComments(stage, name, issue)[0]?.includes('Stopped'));
    await until('no workspace', async () => (await workspaces()).length === 0);
    github.as('alice').label(name, issue, 'agent:ready');
    await until('another pull request', () => github.pulls(name).length === 2);
    expect(github.pulls(name).map((each) => each.headRef)).toEqual([
      'GH-1/feat/bezos/closing/close-me',
      'GH-1/feat/bezos/closing/close-me-2',
    ]);
  });

  it('is no draft where the plan has none, and says so', async () => {
    const { github } = stage;
    const name = await addRepository(stage, 'modest', { agent, owner: 'solo', private: true, plan: 'free' });
    const { issue, pull } = await opened(name, 'No draft');
    const note = 'The plan of this repository has no draft pull requests';
    expect(github.pull(name, pull)).toMatchObject({ draft: false });
    expect(github.pull(name, pull).issue.body).toContain(note);
    await stage.until('the note', () => statusComments(stage, name, issue)[0]?.includes(note));
  });
});

describe('a branch', () => {
  it('that somebody else pushes meanwhile is left as it is', async () => {
    const { github, until } = stage;
    const name = await addRepository(stage, 'busy', { agent: `sleep 3\n${agent}`, config: once });
    const branch = 'GH-1/feat/bezos/busy/take-it';
    const issue = ask(stage, name, 'Take it');
    await until('the agent works', () => statusComments(stage, name, issue)[0]?.includes(branch));
    const theirs = await github.as('alice').push(name, branch, { 'mine.txt': 'hands off\n' });
    const status = await ended(stage, name, issue, 'agent:failed');
    expect(status).toContain('**BRANCH_MOVED**');
    expect(status).toContain(branch);
    expect((await github.branches(name))[branch]).toBe(theirs);
    expect(github.pulls(name)).toEqual([]);
    expect(status).toContain('| Attempt | 1 of 3');
  });

  it("that the server's rules refuse fails once, in the server's words", async () => {
    const { github } = stage;
    const name = await addRepository(stage, 'strict', { agent, config: once });
    const branch = 'GH-1/feat/bezos/strict/push-it';
    github.protect(name, branch);
    const issue = ask(stage, name, 'Push it');
    const status = await ended(stage, name, issue, 'agent:failed');
    expect(status).toContain('**PUSH_REJECTED**');
    expect(status).toMatch(/protected/i);
    expect(status).toContain('| Attempt | 1 of 3');
    const pushes = github.requests.filter(
      ({ kind, method, path }) =>
        kind === 'git' && method === 'POST' && path.includes(`${name}.git/git-receive-pack`),
    );
    expect(pushes.length).toBeLessThanOrEqual(2);
    expect(Object.keys(await github.branches(name))).toEqual(['main']);
  });
});
