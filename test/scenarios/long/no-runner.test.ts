/** No configuration, and one that is wrong: nothing is guessed, and people read what to paste or to mend. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { repo, type Stage, setStage } from '#test/support/scenario.ts';

describe('a repository without a usable configuration', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await setStage({
      agent: 'echo done > done.txt',
      runtime: 'host',
      files: { '.github/prlt.yml': '' },
    });
  });
  afterAll(async () => {
    expect(stage.github.contractViolations).toEqual([]);
    await stage.close();
  });

  const configure = (text: string) =>
    stage.github.as('alice').push(repo, 'main', { '.github/prlt.yml': text });
  const ask = (title: string) =>
    stage.github.as('alice').openIssue(repo, { title, labels: ['agent:ready'] }).number;
  const failed = async (issue: number) => {
    await stage.until('the failure', () => stage.github.labels(repo, issue).join() === 'agent:failed');
    return stage.until('the word', () => stage.status(issue));
  };

  it('stops with NO_RUNNER and a configuration to paste, which then works', async () => {
    const { github, until, status } = stage;
    const issue = ask('First');
    const said = await failed(issue);
    expect(said).toContain('❌ Failed');
    expect(said).toContain('NO_RUNNER');
    const pasted = /```yaml\n([\s\S]*?)```/.exec(said)?.[1] ?? '';
    expect(pasted).toContain('runner: command');
    expect(github.comments(repo, issue)).toHaveLength(1);

    await configure(pasted.replace('scripts/agent.sh', 'agent.sh'));
    github.as('alice').comment(repo, issue, '/prlt start');
    await until('the pull request', () => github.pulls(repo)[0]);
    await until('the review', () => github.labels(repo, issue).join() === 'agent:review');
    expect(status(issue)).not.toContain('NO_RUNNER');
  });

  it('says which key is wrong and works on with the last good configuration', async () => {
    const { github, until, status } = stage;
    await configure('profiles:\n  coder: { runner: command, comand: [sh, agent.sh] }\n');
    const issue = ask('With the last good one');
    await until('the pull request', () => github.pulls(repo)[1]);
    await until('the review', () => github.labels(repo, issue).join() === 'agent:review');
    expect(status(issue)).toContain('comand');
    expect(status(issue)).toContain('The last good configuration is used.');
  });
});

describe('a repository whose only configuration was never valid', () => {
  it('stops with CONFIG_INVALID, naming the key', async () => {
    const stage = await setStage({
      agent: 'echo done > done.txt',
      runtime: 'host',
      files: { '.github/prlt.yml': 'limits: { rum: 5m }\n' },
    });
    try {
      const { github, until, status } = stage;
      const issue = github.as('alice').openIssue(repo, { title: 'Invalid', labels: ['agent:ready'] }).number;
      await until('the failure', () => github.labels(repo, issue).join() === 'agent:failed');
      await until('the word', () => status(issue)?.includes('CONFIG_INVALID'));
      expect(status(issue)).toMatch(/limits.*rum/);
      expect(status(issue)).toContain('/prlt start');
      expect(github.contractViolations).toEqual([]);
    } finally {
      await stage.close();
    }
  });
});
