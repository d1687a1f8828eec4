/** Limits end runs by name, hold others back with numbers, and keep the work so far. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addRepository, ask, ended, statusComments } from '#test/support/company.ts';
import { type Stage, setStage } from '#test/support/scenario.ts';

/** Not the kind that blocks: the local GitHub answers from this very process. */
const run = promisify(execFile);

let stage: Stage;
beforeAll(async () => {
  stage = await setStage({ agent: 'sleep 300\n', runtime: 'host', env: { PRLT_MAX_CONCURRENCY: '16' } });
});
afterAll(async () => {
  expect(stage.github.contractViolations).toEqual([]);
  await stage.close();
});

const comment = (name: string, issue: number) => statusComments(stage, name, issue)[0] ?? '';

/** Gives a command and waits for the comment that answers it. */
async function answer(name: string, issue: number, command: string): Promise<string> {
  const { github, until } = stage;
  const before = github.comments(name, issue).length;
  github.as('alice').comment(name, issue, command);
  const said = await until(`an answer to ${command}`, () => github.comments(name, issue)[before + 1]);
  return said.body;
}

const half = 'echo half > half.txt; git add half.txt; git commit -qm "Half of it"\n';

describe.concurrent('a run', () => {
  // Half of the work has to be done by then, on a machine that is busy with other tests.
  it.each([
    ['stall', 'sleep 300\n', 'stall: 12s', 'AGENT_STALLED', 'limits.stall (12 s)'],
    ['run', 'while sleep 1; do echo on; done\n', 'run: 15s', 'LIMIT_RUN', 'limits.run (15 s)'],
    [
      'disk',
      'head -c 30000000 /dev/urandom > "$HOME/big"; sleep 300\n',
      'disk: 20m',
      'LIMIT_DISK',
      'limits.disk (20 MiB)',
    ],
  ])(
    'beyond limits.%s ends by its name, and what it had done is kept',
    async (limit, agent, setting, code, words) => {
      const name = await addRepository(stage, `over-${limit}`, {
        agent: half + agent,
        config: `limits: { attempts: 1, ${setting} }\n`,
      });
      const issue = ask(stage, name, 'Too much');
      const status = await ended(stage, name, issue, 'agent:failed');
      expect(status).toContain(`**${code}**`);
      expect(status).toContain(words);
      expect(status).toContain('.github/prlt.yml');
      expect(stage.github.pulls(name)).toEqual([]);
      await stage.until('the command', () => comment(name, issue).includes(' refs/prlt/GH-1/1.1'));
      expect(await stage.github.readFile(name, 'refs/prlt/GH-1/1.1', 'half.txt')).toBe('half\n');
    },
  );

  it('that fails is tried again after a pause, as often as limits.attempts', async () => {
    const name = await addRepository(stage, 'thrice', {
      agent: 'date +%s%N; exit 7\n',
      config: 'limits: { attempts: 3 }\n',
    });
    const issue = ask(stage, name, 'Fail');
    const status = await ended(stage, name, issue, 'agent:failed');
    expect(status).toContain('3 of 3');
    expect(status).toContain('LIMIT_ATTEMPTS: it failed 3 times');
    expect(status).toContain('exit code 7');
  });
});

describe.concurrent('the work so far', () => {
  it('of a run that failed can be fetched with the command that people are shown', async () => {
    const { github, until } = stage;
    const agent = 'echo half > half.txt; git add half.txt; git commit -qm "Half of it"; exit 3\n';
    const name = await addRepository(stage, 'kept', { agent, config: 'limits: { attempts: 1 }\n' });
    const issue = ask(stage, name, 'Half');
    await ended(stage, name, issue, 'agent:failed');
    const command = await until('the command', () => /`(git fetch [^`]*)`/.exec(comment(name, issue))?.[1]);
    expect(command).toContain(' refs/prlt/GH-1/1.1');
    const clone = mkdtempSync(join(tmpdir(), 'reader-'));
    github.grant(name, 'eve', 'read');
    const header = Buffer.from(`x-access-token:${github.tokenFor('eve')}`).toString('base64');
    await run('git', ['init', '-q', clone]);
    await run('git', ['-C', clone, 'config', 'http.extraHeader', `Authorization: Basic ${header}`]);
    await run('sh', ['-c', command], { cwd: clone, timeout: 20_000 });
    expect(readFileSync(join(clone, 'half.txt'), 'utf8')).toBe('half\n');
    expect(Object.keys(await github.branches(name))).toEqual(['main']);
  });

  it('that was refused is kept as a file of the service', async () => {
    const agent = 'mkdir -p .github/workflows; echo "on: push" > .github/workflows/x.yml\n';
    const name = await addRepository(stage, 'refused', { agent, config: 'limits: { attempts: 1 }\n' });
    const issue = ask(stage, name, 'Refuse me');
    await ended(stage, name, issue, 'agent:failed');
    const [, path, branch] = await stage.until('the command', () =>
      /`git fetch (\S+) ([^`]+)`/.exec(comment(name, issue)),
    );
    const clone = mkdtempSync(join(tmpdir(), 'reader-'));
    await run('git', ['clone', '-q', stage.github.git(name), clone]);
    await run('git', ['-C', clone, 'fetch', '-q', path ?? '', branch ?? '']);
    const shown = await run('git', ['-C', clone, 'show', 'FETCH_HEAD:.github/workflows/x.yml']);
    expect(shown.stdout).toBe('on: push\n');
  });
});

describe.concurrent('what waits', () => {
  it('waits for a place under limits.concurrency, and why says so', async () => {
    const { github, until } = stage;
    const name = await addRepository(stage, 'narrow', {
      agent: 'sleep 300\n',
      config: 'limits: { concurrency: 1 }\n',
    });
    const first = ask(stage, name, 'First');
    await until('the first works', () => comment(name, first).includes('Working'));
    const second = ask(stage, name, 'Second');
    await until('the second waits', () => comment(name, second).includes('Waiting'));
    expect(await answer(name, second, '/prlt why')).toContain('`limits.concurrency`');
    github.as('alice').comment(name, first, '/prlt stop');
    await until('the second works', () => comment(name, second).includes('Working'));
    expect(await answer(name, second, '/prlt why')).toContain('does not wait');
  });

  it('is held by agent:hold until a permitted person takes it off', async () => {
    const { github, until } = stage;
    const name = await addRepository(stage, 'held', { agent: 'echo ok > ok.txt\n' });
    github.grant(name, 'eve', 'triage');
    const labels = ['agent:hold', 'agent:ready'];
    const issue = github.as('alice').openIssue(name, { title: 'Hold', labels }).number;
    await until('it is held', () => comment(name, issue).includes('`agent:hold` holds it back'));
    expect(await answer(name, issue, '/prlt why')).toContain('`agent:hold`');
    expect(github.labels(name, issue)).toEqual(labels);
    github.as('alice').unlabel(name, issue, 'agent:hold');
    await ended(stage, name, issue, 'agent:review');
  });

  it.each(['PRLT_MIN_DISK', 'PRLT_MIN_MEMORY'])(
    'waits below %s, with numbers, and starts when there is room',
    async (watermark) => {
      const { github, prlt } = stage;
      const short = await setStage({
        agent: 'echo ok > ok.txt\n',
        runtime: 'host',
        env: { [watermark]: '900000g' },
      });
      try {
        const issue = ask(short, short.repo, 'Wait');
        await short.until('it waits', () => statusComments(short, short.repo, issue)[0]?.includes('Waiting'));
        short.github.as('alice').comment(short.repo, issue, '/prlt why');
        const said = await short.until('an answer', () =>
          short.github.comments(short.repo, issue).find(({ body }) => body.includes(watermark)),
        );
        expect(said.body).toMatch(/\d+ MiB free, 921600000 MiB wanted/);
        await short.prlt.end('SIGTERM');
        await short.prlt.start({ [watermark]: '1m' });
        await ended(short, short.repo, issue, 'agent:review');
      } finally {
        await short.close();
      }
      expect(github.contractViolations).toEqual([]);
      expect(prlt.log()).not.toContain('low_disk');
    },
  );
});

it.concurrent('peek shows what the agent did last, without secrets and not too much', async () => {
  const noisy = 'echo "secret: a webhook secret of the tests"; seq 1 20000; echo the-end; sleep 300\n';
  const name = await addRepository(stage, 'peeked', { agent: noisy });
  const issue = ask(stage, name, 'Look');
  await stage.until('it has spoken', () => comment(name, issue).includes('Working'));
  const said = await stage.until('the end is shown', async () => {
    const shown = await answer(name, issue, '/prlt peek');
    return shown.includes('the-end') ? shown : undefined;
  });
  expect(said).not.toContain('a webhook secret');
  expect(said.length).toBeLessThan(10_000);
});
