/** People change their minds while an agent works: they ask again, push, close, rename and take rights away. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addRepository, ask, ended, statusComments } from '#test/support/company.ts';
import { select } from '#test/support/machine.ts';
import { repo, type Stage, setStage } from '#test/support/scenario.ts';

const agent = 'echo "$PRLT_RUN_KIND" >> kinds.txt\ntest "$PRLT_RUN_KIND" = fix || sleep 8\n';

let stage: Stage;
beforeAll(async () => {
  stage = await setStage({ agent, runtime: 'host', env: { PRLT_MAX_CONCURRENCY: '16' } });
});
afterAll(async () => {
  expect(stage.github.contractViolations).toEqual([]);
  await stage.close();
});

const comment = (name: string, issue: number) => statusComments(stage, name, issue)[0] ?? '';
const working = (name: string, issue: number) =>
  stage.until('the agent works', () => comment(name, issue).includes('Working'));

describe.concurrent('asking again', () => {
  it('while an agent works starts nothing and is said once; with an open pull request it is a fix', async () => {
    const { github, until } = stage;
    const issue = ask(stage, repo, 'Do it once');
    await working(repo, issue);
    await until('the label is taken', () => !github.labels(repo, issue).includes('agent:ready'));
    // Nearer to the request it would count as the second webhook of the same label.
    await sleep(3_000);
    github.as('alice').label(repo, issue, 'agent:ready');
    const status = await ended(stage, repo, issue, 'agent:review');
    expect(status.match(/asked for again while it is under way/g)).toHaveLength(1);
    await until('no other label', () => github.labels(repo, issue).join() === 'agent:review');
    expect(github.pulls(repo)).toHaveLength(1);

    const pull = github.pull(repo, github.pulls(repo)[0]?.issue.number ?? 0);
    const first = pull.headSha;
    const human = await github.as('alice').push(repo, pull.headRef, { 'human.txt': 'mine\n' });
    github.as('alice').label(repo, issue, 'agent:ready');
    await until('a fix is pushed', () => ![first, human].includes(pull.headSha));
    expect(await github.readFile(repo, pull.headSha, 'kinds.txt')).toBe('implement\nfix\n');
    expect(await github.readFile(repo, pull.headSha, 'human.txt')).toBe('mine\n');
    expect(github.pulls(repo)).toHaveLength(1);
    await until('the check moves on', () =>
      github.checkRuns(repo, pull.headSha).some(({ name }) => name === 'prlt'),
    );
    await until('it is in review again', () => github.labels(repo, issue).join() === 'agent:review');
    expect(statusComments(stage, repo, issue)).toHaveLength(1);
  });

  it('and taking the label off at once takes it back, also when the agent has begun', async () => {
    const { github, until } = stage;
    const name = await addRepository(stage, 'withdrawn', { agent });
    const issue = ask(stage, name, 'Never mind');
    await until('a run', () =>
      select(
        stage.prlt.dataDir,
        "select runs.id from runs join items on items.id = item where facts like '%withdrawn%'",
      ).some(Boolean),
    );
    expect(github.labels(name, issue)).toContain('agent:ready');
    github.as('alice').unlabel(name, issue, 'agent:ready');
    await until('it is stopped', () => comment(name, issue).includes('Stopped'));
    await until('no label', () => github.labels(name, issue).length === 0);
    expect(github.pulls(name)).toEqual([]);
  });

  it.each([
    ['by label', (name: string, issue: number) => stage.github.as('alice').label(name, issue, 'agent:ready')],
    [
      'by comment',
      (name: string, issue: number) => stage.github.as('alice').comment(name, issue, '/prlt retry'),
    ],
  ])('after a failure is a retry, %s', async (how, again) => {
    const { github, until } = stage;
    const name = await addRepository(stage, `flaky-${how.replace(' ', '-')}`, {
      agent: 'test -e ok.txt || exit 3; echo fine > fine.txt\n',
      config: 'limits: { attempts: 1 }\n',
    });
    const issue = ask(stage, name, 'Try');
    await ended(stage, name, issue, 'agent:failed');
    await github.as('alice').push(name, 'main', { 'ok.txt': 'ok\n' });
    again(name, issue);
    await until('it is taken up', () => !github.labels(name, issue).includes('agent:failed'));
    const status = await ended(stage, name, issue, 'agent:review');
    expect(status).toContain('1 of 1');
    await until('no other label', () => github.labels(name, issue).join() === 'agent:review');
    expect(github.pulls(name)).toHaveLength(1);
    expect(statusComments(stage, name, issue)).toHaveLength(1);
  });

  it('for a fix that changes nothing leaves the pull request as it was', async () => {
    const { github, until } = stage;
    const name = await addRepository(stage, 'content', {
      agent: 'test "$PRLT_RUN_KIND" = fix || echo change > change.txt\necho looked\n',
    });
    const issue = ask(stage, name, 'Do');
    await ended(stage, name, issue, 'agent:review');
    const [pull] = github.pulls(name);
    const before = pull?.headSha;
    github.as('alice').comment(name, issue, '/prlt start');
    await until('the fix has run', () => {
      const sql = "select state from runs where json_extract(assignment, '$.run.kind') = 'fix'";
      return (
        select(stage.prlt.dataDir, `${sql} and assignment like '%/content.git%'`)[0]?.['state'] === 'over'
      );
    });
    await until('it is in review', () => comment(name, issue).includes('Ready for review'));
    expect(github.pulls(name)).toHaveLength(1);
    expect(github.pulls(name)[0]?.headSha).toBe(before);
  });
});
