/** The default branch and who sees the repository change while an agent works, with and without a webhook that says so. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addRepository, ask, ended, statusComments } from '#test/support/company.ts';
import { select } from '#test/support/machine.ts';
import { type Stage, setStage } from '#test/support/scenario.ts';

/** Leaves time for what happens meanwhile. */
const agent = 'sleep 4; echo change > change.txt\n';

let stage: Stage;
beforeAll(async () => {
  stage = await setStage({ agent, runtime: 'host', env: { PRLT_MAX_CONCURRENCY: '16' } });
});
afterAll(async () => {
  expect(stage.github.contractViolations).toEqual([]);
  await stage.close();
});

const comment = (name: string, issue: number) => statusComments(stage, name, issue)[0] ?? '';

/** An owner each: one installation writes no more than so many times a minute. */
async function atWork(owner: string) {
  const name = await addRepository(stage, 'work', { agent, owner });
  const issue = ask(stage, name, 'Work on it');
  await stage.until(`${owner} works`, () => comment(name, issue).includes('Working'));
  return { name, issue };
}

/** Nobody tells prlt about a repository until `restore`. */
function withoutWebhooks(name: string) {
  return stage.github.webhooks.drop(
    ({ event, payload }) => event === 'repository' && payload.includes(name),
    {
      listed: false,
    },
  );
}

/** Who sees the repository, as prlt knows it. */
const isPrivate = (name: string) => {
  const sql = `select json_extract(facts, '$.repo.private') as hidden from items
    where json_extract(facts, '$.repo.owner') || '/' || json_extract(facts, '$.repo.name') = '${name}'`;
  return select(stage.prlt.dataDir, sql).every(({ hidden }) => hidden === 1);
};

describe.concurrent('the pull request goes to the default branch as it is called now, when it is', () => {
  it.each([['told'], ['untold']])('renamed while the agent works: %s', async (how) => {
    const { github } = stage;
    const { name, issue } = await atWork(`renamed-${how}`);
    const silence = how === 'told' ? undefined : withoutWebhooks(name);
    await github.renameBranch(name, 'main', 'trunk');
    await ended(stage, name, issue, 'agent:review');
    silence?.remove();
    expect(github.pulls(name).map(({ baseRef }) => baseRef)).toEqual(['trunk']);

    github.as('alice').label(name, issue, 'agent:ready');
    await stage.until('the fix works', () => comment(name, issue).includes('Working'));
    await ended(stage, name, issue, 'agent:review');
    expect(github.pulls(name)).toHaveLength(1);
  });

  it('renamed before the agent is given its checkout, untold', async () => {
    const { github, until } = stage;
    const config = 'limits: { concurrency: 1 }\n';
    const name = await addRepository(stage, 'work', { agent, owner: 'renamed-early', config });
    const first = ask(stage, name, 'First');
    await until('the first works', () => comment(name, first).includes('Working'));
    const second = ask(stage, name, 'Second');
    await until('the second waits', () => comment(name, second).includes('Waiting'));
    const silence = withoutWebhooks(name);
    await github.renameBranch(name, 'main', 'trunk');
    await ended(stage, name, first, 'agent:review');
    await ended(stage, name, second, 'agent:review');
    silence.remove();
    expect(github.pulls(name).map(({ baseRef }) => baseRef)).toEqual(['trunk', 'trunk']);
  });

  it('another one, and the old one is deleted', async () => {
    const { github } = stage;
    const { name, issue } = await atWork('replaced');
    await github.as('alice').push(name, 'next', { 'next.txt': 'next\n' });
    await github.setDefaultBranch(name, 'next');
    await github.as('alice').deleteBranch(name, 'main');
    await ended(stage, name, issue, 'agent:review');
    expect(github.pulls(name).map(({ baseRef }) => baseRef)).toEqual(['next']);
  });

  it('another one, and the old one stays where the work began', async () => {
    const { github } = stage;
    const { name, issue } = await atWork('joined');
    await github.as('alice').push(name, 'next', { 'next.txt': 'next\n' });
    await github.setDefaultBranch(name, 'next');
    await ended(stage, name, issue, 'agent:review');
    expect(github.pulls(name).map(({ baseRef }) => baseRef)).toEqual(['main']);
  });

  it('force-pushed to something else', async () => {
    const { github } = stage;
    const { name, issue } = await atWork('forced');
    await github.as('alice').push(name, 'main', { 'a.txt': 'a\n' });
    await github.as('alice').forcePush(name, 'main', { 'b.txt': 'b\n' });
    await ended(stage, name, issue, 'agent:review');
    expect(github.pulls(name)).toHaveLength(1);
  });
});

it.concurrent('no default branch is left: it is said by name, and the change stays on its branch', async () => {
  const { github } = stage;
  const { name, issue } = await atWork('baseless');
  await github.setDefaultBranch(name, 'nowhere');
  await github.as('alice').deleteBranch(name, 'main');
  const status = await ended(stage, name, issue, 'agent:failed');
  expect(status).toContain('**PULL_REFUSED**');
  const [kept] = Object.keys(await github.branches(name));
  expect(status).toContain(`kept on the branch \`${kept}\``);
  expect(github.pulls(name)).toEqual([]);
});

describe.concurrent('the change arrives, and prlt knows who sees the repository, when it is made', () => {
  it.each([
    ['private', true],
    ['public', false],
  ])('%s', async (what, hidden) => {
    const { github, until } = stage;
    const name = await addRepository(stage, 'work', { agent, owner: `made-${what}`, private: !hidden });
    const issue = ask(stage, name, 'Work on it');
    await until('it works', () => comment(name, issue).includes('Working'));
    expect(isPrivate(name)).toBe(!hidden);
    github.setPrivate(name, hidden);
    await until('prlt knows', () => isPrivate(name) === hidden);
    await ended(stage, name, issue, 'agent:review');
    expect(github.pulls(name)).toHaveLength(1);
  });
});

/** Not beside the others: it restarts the service. */
it('and without a webhook, from the next look at the repositories', async () => {
  const { github, until, prlt } = stage;
  const { name, issue } = await atWork('hidden');
  const silence = withoutWebhooks(name);
  github.setPrivate(name, true);
  await ended(stage, name, issue, 'agent:review');
  expect(github.pulls(name)).toHaveLength(1);
  expect(isPrivate(name)).toBe(false);
  await prlt.end('SIGTERM');
  await prlt.start();
  await until('prlt knows', () => isPrivate(name));
  silence.remove();
});
