/** Stopping: by command, by taking the label off, by closing; while it waits and while it works; and starting again. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { repo, type Stage, setStage } from '#test/support/scenario.ts';

const run = promisify(execFile);

/** Works until it is stopped, unless the description says otherwise; ignores being asked politely. */
const agent = `
trap '' TERM INT
echo "at work"
echo "$PRLT_ITEM_KEY" > work.txt
grep -q 'be quick' "$PRLT_PROMPT_FILE" || while :; do sleep 1; done
`;

describe('stopping', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await setStage({ agent, config: 'limits: { concurrency: 1 }\n' });
  });
  afterAll(async () => {
    expect(stage.github.contractViolations).toEqual([]);
    await stage.close();
  });

  /** Which service of those that share the engine this one is. */
  function installation(): string {
    const db = new Database(join(stage.prlt.dataDir, 'prlt.db'), { readonly: true });
    const row = db.prepare("select value from meta where name = 'installation'").get() as { value: string };
    db.close();
    return row.value;
  }

  /** Containers of the item's runs, whether they run or not. */
  async function containers(key: string): Promise<string[]> {
    const own = [`label=dev.prlt.installation=${installation()}`, `label=dev.prlt.key=${key}`];
    const { stdout } = await run('docker', ['ps', '-aq', ...own.flatMap((each) => ['--filter', each])], {
      env: { ...process.env, DOCKER_API_VERSION: '1.41' },
    });
    return stdout.split('\n').filter(Boolean);
  }

  async function working(title: string): Promise<{ number: number; key: string }> {
    const { number } = stage.github.as('alice').openIssue(repo, { title, labels: ['agent:ready'] });
    await stage.until('the work', () => stage.status(number)?.includes('🛠️ Working'));
    expect(await containers(`GH-${number}`)).toHaveLength(1);
    return { number, key: `GH-${number}` };
  }

  /** Within half a minute the container is gone and people can read that it was stopped. */
  async function stopped({ number, key }: { number: number; key: string }, says: string): Promise<void> {
    const { until, status, github } = stage;
    await until('the end of the container', async () => (await containers(key)).length === 0, 30);
    await until('the word', () => status(number)?.includes('⏹️ Stopped'));
    expect(status(number)).toContain(says);
    await until('the labels', () => github.labels(repo, number).length === 0);
    expect(github.pulls(repo)).toEqual([]);
    expect(Object.keys(await github.branches(repo))).toEqual(['main']);
  }

  it('/prlt stop ends the container, and nothing is written after it', async () => {
    const { github, until, status } = stage;
    const item = await working('Long work');
    const comment = github.as('alice').comment(repo, item.number, '/prlt stop');
    await until('the rocket', () =>
      github.reactions(repo, item.number, comment.id).some(({ content }) => content === 'rocket'),
    );
    await stopped(item, 'Stopped by alice.');
    await until('where the work is kept', () => status(item.number)?.includes(`refs/prlt/${item.key}/1.1`));
    const before = github.writes().length;
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(github.writes()).toHaveLength(before);
    expect(github.comments(repo, item.number).filter(({ author }) => author.type === 'Bot')).toHaveLength(1);
  });

  it('taking off agent:working ends it too', async () => {
    const { github, until } = stage;
    const item = await working('Taken back');
    await until('the label', () => github.labels(repo, item.number).includes('agent:working'));
    github.as('alice').unlabel(repo, item.number, 'agent:working');
    await stopped(item, 'Stopped by alice.');
  });

  it('closing the issue ends it too, and an item that waits for the seat is stopped without a run', async () => {
    const { github, until, status } = stage;
    const item = await working('Closed');
    const waiting = github.as('alice').openIssue(repo, { title: 'Waits', labels: ['agent:ready'] });
    await until('the wait', () => status(waiting.number)?.includes('⏳ Waiting for a free agent'));
    github.as('alice').comment(repo, waiting.number, '/prlt stop');
    await until('the stop', () => status(waiting.number)?.includes('Stopped by alice.'));
    await until('the labels', () => github.labels(repo, waiting.number).length === 0);
    github.as('alice').closeIssue(repo, item.number, 'not_planned');
    await stopped(item, '⏹️ Stopped');
    expect(await containers(`GH-${waiting.number}`)).toEqual([]);
  });

  it('what was stopped can be started again, even while it is still stopping', async () => {
    const { github, until, status } = stage;
    const item = await working('Again');
    github.as('alice').editIssue(repo, item.number, { body: 'be quick' });
    github.as('alice').comment(repo, item.number, '/prlt stop\n/prlt start');
    const pull = await until('the pull request', () => github.pulls(repo)[0]);
    expect(pull.headRef).toBe(`${item.key}/feat/bezos/widgets/again`);
    await until('the review', () => github.labels(repo, item.number).join() === 'agent:review');
    await until('the word', () => status(item.number)?.includes('Ready for review'));
    expect(github.comments(repo, item.number).filter(({ author }) => author.type === 'Bot')).toHaveLength(1);
    expect(status(item.number)).not.toContain('edited');
  });
});
