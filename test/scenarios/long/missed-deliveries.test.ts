/** Webhooks that never arrive: prlt was down, or GitHub cannot reach it at all. The deliveries are asked for instead. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, statusComments } from '#test/support/company.ts';
import { repo, type Stage, setStage } from '#test/support/scenario.ts';

let stage: Stage;

async function expectOnce(issue: number): Promise<void> {
  const { github, until } = stage;
  await until('the pull request', () => github.labels(repo, issue).includes('agent:review'));
  const mine = github.pulls(repo).filter((pull) => pull.headRef.startsWith(`GH-${issue}/`));
  expect(mine).toHaveLength(1);
  expect(statusComments(stage, repo, issue)).toHaveLength(1);
}

describe('deliveries that never came', () => {
  beforeAll(async () => {
    stage = await setStage({ agent: 'echo change > "change-$RANDOM.txt"\n', env: { PRLT_POLL: '1s' } });
  });
  afterAll(async () => {
    expect(stage.github.contractViolations).toEqual([]);
    await stage.close();
  });

  it('while prlt was down are fetched at its start', async () => {
    const { github, prlt, until } = stage;
    await prlt.end('SIGTERM');
    const issue = ask(stage, repo, 'While it was down');
    await github.webhooks.settled();
    const failed = github.deliveries.filter(
      ({ statusCode, event }) => event === 'issues' && statusCode >= 500,
    );
    expect(failed.length).toBeGreaterThan(0);
    await prlt.start();
    await expectOnce(issue);
    expect(await until('the log', () => prlt.log().includes('were fetched from GitHub'))).toBe(true);
  });

  it('because GitHub cannot reach prlt are fetched while it runs', async () => {
    const { github } = stage;
    github.setWebhook({ url: 'http://127.0.0.1:9/api/github/webhooks', secret: github.app.webhookSecret });
    await expectOnce(ask(stage, repo, 'Out of reach'));
  });

  it('and come after all are the same deliveries', async () => {
    const { github, prlt, until } = stage;
    const issue = ask(stage, repo, 'Twice');
    await expectOnce(issue);
    github.setWebhook({ url: `${prlt.url}/api/github/webhooks`, secret: github.app.webhookSecret });
    const asked = github.deliveries
      .filter(({ event, payload }) => event === 'issues' && payload.includes('Twice'))
      .slice(0, 2);
    expect(asked.map(({ action }) => action)).toEqual(['opened', 'labeled']);
    for (const { guid } of asked) await github.webhooks.redeliver(guid);
    const again = github.deliveries.filter(({ redelivery }) => redelivery);
    await until('the answers', () => again.every(({ statusCode }) => statusCode === 202));
    expect(again.map(({ responseBody }) => JSON.parse(responseBody).result)).toEqual(['known', 'known']);
    await expectOnce(issue);
  });
});
