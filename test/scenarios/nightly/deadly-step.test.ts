/** A step that kills the service each time: after three deaths it is set aside by name, and everything else goes on. */
import { afterEach, expect, it } from 'vitest';
import { leftovers, unsettled } from '#test/crash/oracle.ts';
import { select } from '#test/support/machine.ts';
import { type Stage, setStage } from '#test/support/scenario.ts';

let stage: Stage;
afterEach(async () => {
  const { github } = stage;
  await stage.close();
  expect(github.contractViolations).toEqual([]);
});

const at = (point: string) => ({ PRLT_CRASH_AT: point, PRLT_CRASH_TESTING: 'yes' });

/** Lets it die so often, each life armed alike. */
async function die(lives: number, env: Record<string, string>): Promise<void> {
  for (let life = 1; life < lives; life += 1) {
    await stage.prlt.gone();
    await stage.prlt.start(env);
  }
  await stage.prlt.gone();
}

it('an effect: its item fails by name, and others are worked on', async () => {
  const env = at('effect:launch-run:sent');
  stage = await setStage({ runtime: 'host', agent: 'echo x > x.txt', env, until: 'listening' });
  const { github, prlt, repo, until } = stage;
  const alice = github.as('alice');
  const first = alice.openIssue(repo, { title: 'Deadly' });
  alice.label(repo, first.number, 'agent:ready');
  await die(3, env);
  // Armed as before: it lives because it does not come to the point.
  await prlt.start(env);
  await until('the failure', () => github.labels(repo, first.number).includes('agent:failed'));
  await until('its name', () => stage.status(first.number)?.includes('QUARANTINED'));
  expect(stage.status(first.number)).toContain(
    'The service died 3 times while it did this step (launch-run)',
  );
  await until('a clean machine', async () => {
    return [...unsettled(prlt.dataDir), ...(await leftovers(prlt.dataDir, 'host'))].length === 0;
  });
  const ready = await fetch(`${prlt.url}/readyz`);
  expect(await ready.json()).toMatchObject({ setAside: [expect.stringContaining('launch-run')] });

  await prlt.end('SIGTERM');
  await prlt.start({ PRLT_CRASH_AT: '' });
  const second = alice.openIssue(repo, { title: 'Harmless' });
  alice.label(repo, second.number, 'agent:ready');
  await until('the other', () => github.labels(repo, second.number).includes('agent:review'));
  expect(github.labels(repo, first.number)).toContain('agent:failed');
  alice.comment(repo, first.number, '/prlt start');
  await until('the first, asked again', () => github.labels(repo, first.number).includes('agent:review'));
  await until('no word of it', () => !stage.status(first.number)?.includes('QUARANTINED'));
});

it('a delivery: it is given up, and what it told is found by the scan', async () => {
  const env = at('handle:before');
  stage = await setStage({ runtime: 'host', agent: 'echo x > x.txt', env, until: 'listening' });
  const { github, prlt, repo, until } = stage;
  const alice = github.as('alice');
  const { number } = alice.openIssue(repo, { title: 'Deadly' });
  await die(3, env);
  await prlt.start({ PRLT_CRASH_AT: '' });
  const failed = () => select(prlt.dataDir, "select event, error from deliveries where state = 'failed'");
  await until('a delivery given up', () => failed().length > 0);
  expect(failed()).toEqual([{ event: 'issues', error: expect.stringContaining('webhook issues') }]);
  alice.label(repo, number, 'agent:ready');
  await until('the work', () => github.labels(repo, number).includes('agent:review'));
});
