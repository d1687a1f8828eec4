/** Containers that end by no fault of their agent are started again without using up an attempt; out of memory is a fault. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addRepository, ask, ended } from '#test/support/company.ts';
import { containers, docker, runningContainer } from '#test/support/machine.ts';
import { repo, type Stage, setStage } from '#test/support/scenario.ts';

/** Works in two steps, so that there is time to kill it; `limits.attempts` of 1 shows that none is used. */
const agent = 'echo started; sleep 2; echo change > change.txt\n';
const greedy = `
echo begin
node -e 'const kept = []; for (;;) kept.push(Buffer.alloc(8 << 20, 1));'
`;

let stage: Stage;

async function gone(id: string): Promise<boolean> {
  return !(await containers(stage.prlt.dataDir)).some((one) => one.id === id);
}

async function end(key: string, how: 'kill' | 'rm', not: string[]): Promise<string> {
  const found = await stage.until(`a container of ${key} after ${not.length}`, async () => {
    const one = await runningContainer(stage.prlt.dataDir, key);
    return one && !not.includes(one.id) ? one : undefined;
  });
  await docker(...(how === 'kill' ? ['kill'] : ['rm', '-f']), found.id);
  return found.id;
}

/** Containers are told apart by their key, so no two repositories use the same numbers. */
function skipTo(name: string, number: number): void {
  for (let next = 1; next < number; next += 1) stage.github.as('alice').openIssue(name, { title: 'Filler' });
}

describe.concurrent('a container that is ended from outside', () => {
  beforeAll(async () => {
    stage = await setStage({
      agent,
      config: 'limits: { attempts: 1 }\n',
      env: { PRLT_MAX_CONCURRENCY: '6' },
    });
  });
  afterAll(async () => {
    expect(stage.github.contractViolations).toEqual([]);
    await stage.close();
  });

  it.each(['kill', 'rm'] as const)(
    'is started again soon after docker %s, and the work is done',
    async (how) => {
      const { github, until, prlt } = stage;
      const issue = ask(stage, repo, `Ended by ${how}`);
      const key = `GH-${issue}`;
      const first = await end(key, how, []);
      const killed = Date.now();
      await until('another container', async () => {
        const one = await runningContainer(prlt.dataDir, key);
        return one && one.id !== first;
      });
      // Noticed within 2 s, a pause of 1 s, and a busy machine; well under the 30 s of an idle look.
      expect(Date.now() - killed).toBeLessThan(20_000);
      const status = await ended(stage, repo, issue, 'agent:review');
      expect(status).toContain('| Attempt | 1 of 1 (`limits.attempts`) |');
      expect(github.pulls(repo).filter((pull) => pull.issue.body?.includes(`#${issue}`))).toHaveLength(1);
      expect(await gone(first)).toBe(true);
    },
  );

  it('is given up by name when that happens three times', async () => {
    const name = await addRepository(stage, 'unlucky', {
      agent: 'sleep 60\n',
      config: 'limits: { attempts: 1 }\n',
    });
    skipTo(name, 10);
    const issue = ask(stage, name, 'Unlucky');
    const ends: string[] = [];
    for (let time = 1; time <= 3; time += 1) ends.push(await end(`GH-${issue}`, 'kill', ends));
    const status = await ended(stage, name, issue, 'agent:failed');
    expect(status).toContain('**RUN_LOST**');
    expect(status).toContain('exit code 137');
    expect(stage.github.pulls(name)).toEqual([]);
    await stage.until('no other label', () => stage.github.labels(name, issue).join() === 'agent:failed');
  });

  it('counts as an attempt when it needed too much memory, and is tried once more at most', async () => {
    const config = 'limits: { memory: 160m, attempts: 3 }\n';
    const name = await addRepository(stage, 'greedy', { agent: greedy, config });
    skipTo(name, 20);
    const issue = ask(stage, name, 'Eat it all');
    const status = await ended(stage, name, issue, 'agent:failed');
    expect(status).toContain('**AGENT_OOM**');
    expect(status).toContain('limits.memory (160 MiB)');
    expect(status).toContain('| Attempt | 2 of 3 (`limits.attempts`) |');
    await stage.until('no other label', () => stage.github.labels(name, issue).join() === 'agent:failed');
  });
});
