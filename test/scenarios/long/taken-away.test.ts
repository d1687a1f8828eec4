/** While agents work, what they work on changes or goes away: issues, pull requests, repositories, installations, rights. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addRepository, ask, ended, statusComments } from '#test/support/company.ts';
import { select } from '#test/support/machine.ts';
import { repo, type Stage, setStage } from '#test/support/scenario.ts';

const forever = 'echo begun > begun.txt; sleep 300\n';
/** Leaves time for what happens meanwhile. */
const soon = 'sleep 6; echo done > done.txt\n';
const fixForever = 'test "$PRLT_RUN_KIND" != fix || sleep 300; echo change > change.txt\n';

let stage: Stage;
beforeAll(async () => {
  stage = await setStage({ agent: forever, runtime: 'host', env: { PRLT_MAX_CONCURRENCY: '32' } });
});
afterAll(async () => {
  expect(stage.github.contractViolations).toEqual([]);
  await stage.close();
});

const comment = (name: string, issue: number) => statusComments(stage, name, issue)[0] ?? '';

/** An owner each: one installation writes no more than so many times a minute. */
async function atWork(name: string, agent: string, owner = name) {
  const full = await addRepository(stage, name, { agent, owner });
  stage.github.grant(full, 'alice', 'admin');
  const issue = ask(stage, full, 'Work on it');
  await stage.until(`${name} works`, () => comment(full, issue).includes('Working'));
  return { full, issue };
}

/** States of the runs in a repository, by the name it had when they began. */
function runsOf(full: string): unknown[] {
  const sql = `select state from runs where json_extract(assignment, '$.checkout.origin') like '%/${full}.git'`;
  return select(stage.prlt.dataDir, sql).map(({ state }) => state);
}

const over = (full: string, count = 1) =>
  stage.until(`the runs of ${full} are over`, () => {
    const states = runsOf(full);
    return states.length === count && states.every((state) => state === 'over');
  });

describe.concurrent('an agent is stopped, and nothing is pushed, when', () => {
  it.each([
    ['closed', 'the issue is closed', (full: string, issue: number) => void as().closeIssue(full, issue)],
    ['deleted', 'the issue is deleted', (full: string, issue: number) => as().deleteIssue(full, issue)],
    [
      'transferred',
      'the issue is transferred',
      (full: string, issue: number) => {
        stage.github.as('alice').transferIssue(full, issue, repo);
      },
    ],
    ['archived', 'the repository is archived', (full: string) => stage.github.archiveRepository(full)],
    [
      'removed',
      'the repository is taken out of the installation',
      (full: string) => stage.github.selectRepositories('removed', { remove: [full] }),
    ],
  ])('%s: %s', async (name, _what, happens) => {
    const { full, issue } = await atWork(name, forever);
    happens(full, issue);
    await over(full);
    expect(Object.keys(await stage.github.branches(full))).toEqual(['main']);
  });

  it('the repository is deleted', async () => {
    const { full } = await atWork('erased', forever);
    stage.github.deleteRepository(full);
    await over(full);
  });

  const ways = ['suspend', 'uninstall'] as const;
  it.each(ways.flatMap((how) => [[how, 'is told'] as const, [how, 'is never told'] as const]))(
    'an owner does %s the App and prlt %s',
    async (how, told) => {
      const { github } = stage;
      const owner = `${how}ers-${told.replaceAll(' ', '-')}`;
      const one = await atWork('one', forever, owner);
      const two = await atWork('two', forever, owner);
      const { id } = github.installation(owner);
      const news: string[] = [];
      if (told === 'is never told') {
        github.webhooks.drop(({ event, installationId, action }) => {
          const isNews = installationId === id && event === 'installation';
          if (isNews) news.push(`${action}`);
          return isNews;
        });
      }
      const asked = performance.now();
      github[how](owner);
      const before = github.writes().length;
      await Promise.all([over(one.full), over(two.full)]);
      expect(performance.now() - asked).toBeLessThan(60_000);
      expect(news).toHaveLength(told === 'is told' ? 0 : 1);
      const written = github
        .writes()
        .slice(before)
        .filter(({ path }) => path.includes(owner));
      expect(written.filter(({ status }) => status < 400)).toEqual([]);
      expect(Object.keys(await github.branches(one.full))).toEqual(['main']);
    },
  );
});

describe.concurrent('the change arrives all the same when', () => {
  it('the issue is locked', async () => {
    const { full, issue } = await atWork('locked', soon);
    as().lock(full, issue);
    await stage.until('a pull request', () => stage.github.pulls(full).length === 1);
    await ended(stage, full, issue, 'agent:review');
  });

  it('the repository is renamed or made private', async () => {
    const { github } = stage;
    const { full, issue } = await atWork('before', soon);
    github.setPrivate(full, true);
    github.renameRepository(full, 'after');
    await ended(stage, 'before/after', issue, 'agent:review');
    const [pull] = github.pulls('before/after');
    expect(pull?.issue.body).toContain('#1');
    expect(comment('before/after', issue)).toContain('/before/after/');
  });
});

describe.concurrent('a fix', () => {
  it('is stopped when its pull request is closed', async () => {
    const { github, until } = stage;
    const full = await addRepository(stage, 'closing', { agent: fixForever, owner: 'fixers' });
    const issue = ask(stage, full, 'Fix me');
    await ended(stage, full, issue, 'agent:review');
    const [pull] = github.pulls(full);
    const head = pull?.headSha;
    as().label(full, issue, 'agent:ready');
    await until('the fix works', () => comment(full, issue).includes('Working'));
    await as().closePull(full, pull?.issue.number ?? 0);
    await over(full, 2);
    await until('no label', () => github.labels(full, issue).length === 0);
    expect(github.pulls(full).map(({ headSha }) => headSha)).toEqual([head]);
  });

  it('is stopped when its branch is deleted, which is not made again', async () => {
    const { github, until } = stage;
    const full = await addRepository(stage, 'branchless', { agent: fixForever, owner: 'fixers' });
    const issue = ask(stage, full, 'Fix me');
    await ended(stage, full, issue, 'agent:review');
    const [pull] = github.pulls(full);
    as().label(full, issue, 'agent:ready');
    await until('the fix works', () => comment(full, issue).includes('Working'));
    await as().deleteBranch(full, pull?.headRef ?? '');
    await over(full, 2);
    expect(Object.keys(await github.branches(full))).toEqual(['main']);
  });
});

it.concurrent('a right that was taken away is named, and the work is kept on the machine', async () => {
  const { github } = stage;
  const { full, issue } = await atWork('rights', soon, 'narrow');
  const installation = github.installation('narrow');
  installation.permissions = { ...installation.permissions, contents: 'read' };
  const status = await ended(stage, full, issue, 'agent:failed');
  expect(status).toContain('**PERMISSION_MISSING**');
  await stage.until('the work is kept', () => comment(full, issue).includes('kept on the machine'));
  expect(Object.keys(await github.branches(full))).toEqual(['main']);
});

it.concurrent('a right to pull requests that was taken away is named, and the change stays on its branch', async () => {
  const { github } = stage;
  const { full, issue } = await atWork('rights', soon, 'pulls-narrow');
  const installation = github.installation('pulls-narrow');
  installation.permissions = { ...installation.permissions, pull_requests: 'read' };
  github.expireTokens();
  const status = await ended(stage, full, issue, 'agent:failed');
  expect(status).toContain('**PERMISSION_MISSING**');
  const kept = Object.keys(await github.branches(full)).find((name) => name !== 'main');
  expect(status).toContain(kept);
});

const as = () => stage.github.as('alice');
