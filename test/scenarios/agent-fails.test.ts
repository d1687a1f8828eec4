/** Agents that fail, change nothing or take too long: each a named outcome on the issue, never a hang. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addRepository, ask, ended } from '#test/support/company.ts';
import { containers, volumes } from '#test/support/machine.ts';
import { repo, type Stage, setStage } from '#test/support/scenario.ts';

const failing = `
echo "attempt of $PRLT_RUN_ID"
grep -A8 "^## Previous attempt" "$PRLT_PROMPT_FILE" || echo "no attempt before"
echo "the disk is on fire" >&2
exit 3
`;

let stage: Stage;
beforeAll(async () => {
  stage = await setStage({
    agent: failing,
    config: 'limits: { attempts: 2 }\n',
    env: { PRLT_MAX_CONCURRENCY: '8' },
  });
});
afterAll(async () => {
  expect(stage.github.contractViolations).toEqual([]);
  await stage.close();
});

async function expectOnly(name: string, issue: number, label: string): Promise<void> {
  const { github, until } = stage;
  await until('no other label', () => github.labels(name, issue).join() === label);
  expect(github.pulls(name)).toEqual([]);
  expect(Object.keys(await github.branches(name))).toEqual(['main']);
}

describe.concurrent('an agent', () => {
  it('that ends with an exit code fails by name after its attempts', async () => {
    const issue = ask(stage, repo, 'Fail');
    const status = await ended(stage, repo, issue, 'agent:failed');
    expect(status).toContain('**AGENT_FAILED**: The agent ended with exit code 3.');
    expect(status).toContain('| Attempt | 2 of 2 (`limits.attempts`) |');
    expect(status).toMatch(/Last lines[\s\S]*the disk is on fire/);
    // The second attempt was told why the first failed.
    expect(status).toMatch(/Previous attempt[\s\S]*exit code 3/);
    await expectOnly(repo, issue, 'agent:failed');
    const told = stage.github.notifications().filter((each) => each.path.startsWith(`/repos/${repo}/`));
    expect(told).toHaveLength(1);
  });

  it('that changes nothing is done, and the issue says so', async () => {
    const name = await addRepository(stage, 'content', { agent: 'echo "All is well already."\n' });
    const issue = ask(stage, name, 'Look around');
    const status = await ended(stage, name, issue, 'agent:done');
    expect(status).toContain('The agent finished and left nothing to change.');
    expect(status).toContain('All is well already.');
    expect(status).not.toMatch(/\*\*[A-Z_]+\*\*/);
    await expectOnly(name, issue, 'agent:done');
  });

  it.each([
    ['sleeps', 'echo going to bed; sleep 600\n'],
    ['ignores TERM', 'trap "" TERM INT HUP; echo deaf; while :; do sleep 1; done\n'],
    [
      'leaves deaf children in other sessions',
      `setsid sh -c 'trap "" TERM; while :; do sleep 1; done' & echo parent; wait\n`,
    ],
  ])('that %s is stopped at limits.run', async (what, agent) => {
    const name = await addRepository(stage, what.replaceAll(' ', '-'), {
      agent,
      config: 'limits: { run: 3s, attempts: 1 }\n',
    });
    const asked = Date.now();
    const issue = ask(stage, name, 'Take your time');
    const status = await ended(stage, name, issue, 'agent:failed');
    // 3 s of its own, 2 s until that is noticed, 5 s of grace, and a busy machine; under the 30 s of an idle look.
    expect(Date.now() - asked).toBeLessThan(25_000);
    expect(status).toContain('**LIMIT_RUN**');
    expect(status).toContain('limits.run (3 s)');
    await expectOnly(name, issue, 'agent:failed');
  });
});

describe('when they have ended', () => {
  it('there is neither container nor volume left', async () => {
    const { until, prlt } = stage;
    await until('no container', async () => (await containers(prlt.dataDir)).length === 0);
    await until('no volume', async () => (await volumes(prlt.dataDir)).length === 0);
  });
});
