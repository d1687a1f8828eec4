/** prlt is killed or told to stop while an agent works: the agent goes on, and everything happens once. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addRepository, ask, ended, statusComments } from '#test/support/company.ts';
import { containers, runEvents, runningContainer, select } from '#test/support/machine.ts';
import { generator } from '#test/support/random.ts';
import { repo, type Stage, setStage } from '#test/support/scenario.ts';

const counting = `
set -eu
for i in $(seq 1 40); do echo "line $i"; sleep 0.1; done
echo done > done.txt
`;
const quick = 'echo "line 1"; sleep 0.2; echo change > change.txt; sleep 0.2; echo "line 2"\n';
const rounds = 3;

let stage: Stage;
const said = (run: string) =>
  runEvents(stage.prlt.dataDir)
    .filter((event) => event.run === run)
    .flatMap((event) => (event.type === 'message' ? event.text : []))
    .join('');
const numbered = (most: number) => Array.from({ length: most }, (_, index) => `line ${index + 1}\n`).join('');

async function expectOneOfEach(name: string, issue: number): Promise<void> {
  const { github } = stage;
  expect(github.pulls(name)).toHaveLength(1);
  expect(statusComments(stage, name, issue)).toHaveLength(1);
  expect(Object.keys(await github.branches(name))).toHaveLength(2);
}

describe('a service that is killed while agents work', () => {
  beforeAll(async () => {
    stage = await setStage({ agent: counting });
  });
  afterAll(async () => {
    expect(stage.github.contractViolations).toEqual([]);
    await stage.close();
  });

  it('finds its container again, hears everything once and opens one pull request', async () => {
    const { prlt, until } = stage;
    const issue = ask(stage, repo, 'Count to forty');
    const before = await until('the container', () => runningContainer(prlt.dataDir, 'GH-1'));
    await until('some lines', () => said(before.run).includes('line 5'));
    await prlt.end('SIGKILL');
    await sleep(1_000);
    expect(await containers(prlt.dataDir)).toEqual([before]);
    await prlt.start();
    expect((await containers(prlt.dataDir)).filter((one) => one.id !== before.id)).toEqual([]);
    await ended(stage, repo, issue, 'agent:review');

    await expectOneOfEach(repo, issue);
    const events = runEvents(prlt.dataDir);
    expect(new Set(events.map((event) => event.run))).toEqual(new Set([before.run]));
    expect(events.map((event) => event.seq)).toEqual(events.map((_, index) => index + 1));
    expect(events.filter((event) => event.type === 'shim_started')).toHaveLength(1);
    expect(said(before.run)).toBe(numbered(40));
  });

  it('ends with 0 within ten seconds of SIGTERM and leaves the container running', async () => {
    const { prlt, until } = stage;
    const name = await addRepository(stage, 'polite', { agent: counting });
    const issue = ask(stage, name, 'Count again');
    const before = await until('the container', () => runningContainer(prlt.dataDir, 'GH-1'));
    await until('some lines', () => said(before.run).includes('line 3'));
    const asked = Date.now();
    expect(await prlt.end('SIGTERM')).toBe(0);
    expect(Date.now() - asked).toBeLessThan(10_000);
    expect(await containers(prlt.dataDir)).toEqual([before]);
    await prlt.start();
    await ended(stage, name, issue, 'agent:review');
    await expectOneOfEach(name, issue);
    expect(said(before.run)).toBe(numbered(40));
  });
});

describe('a service that is killed at any moment', () => {
  const seed = Number(process.env['PRLT_TEST_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
  beforeAll(async () => {
    stage = await setStage({ agent: quick, runtime: 'host' });
  });
  afterAll(async () => {
    expect(stage.github.contractViolations).toEqual([]);
    await stage.close();
  });

  it(`publishes once (PRLT_TEST_SEED=${seed})`, async () => {
    const random = generator(seed);
    const { prlt, github, until } = stage;
    for (let round = 1; round <= rounds; round += 1) {
      const name = await addRepository(stage, `round-${round}`, { agent: quick });
      const issue = ask(stage, name, 'Change it');
      // Killed once at any time of the run, once more close to the first write that publishing makes.
      await sleep(random() * 2_500);
      await prlt.end('SIGKILL');
      await prlt.start();
      const pushed = () =>
        github.requests.some(
          (each) => each.kind === 'git' && each.path.includes(`${name}.git/git-receive-pack`),
        );
      await until('a push', pushed);
      await sleep(random() * 150);
      await prlt.end('SIGKILL');
      await prlt.start();
      await ended(stage, name, issue, 'agent:review');
      await expectOneOfEach(name, issue);
    }
    await until('an empty ledger', () => {
      const open = select(
        prlt.dataDir,
        "select key, not_before from effects where state in ('intended', 'sent')",
      );
      return open.every((row) => Number(row['not_before']) > Date.now());
    });
  });
});
