/** Webhooks as they really come: twice, late, in another order, unsigned. */
import { createHmac, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { select } from '#test/support/machine.ts';
import { repo, type Stage, setStage } from '#test/support/scenario.ts';

const agent = 'echo "$PRLT_RUN_ID" > run.txt';

describe('webhooks', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await setStage({ agent, runtime: 'host' });
  });
  afterAll(async () => {
    expect(stage.github.contractViolations).toEqual([]);
    await stage.close();
  });

  const open = (title: string) => stage.github.as('alice').openIssue(repo, { title }).number;
  const pullsOf = (issue: number) =>
    stage.github.pulls(repo).filter(({ headRef }) => headRef.startsWith(`GH-${issue}/`));
  const claims = (issue: number) =>
    select(
      stage.prlt.dataDir,
      `select runs.id from runs join items on items.id = item where json_extract(facts, '$.number') = ${issue}`,
    ).length;
  const quiet = async () => {
    await stage.github.webhooks.settled();
    await new Promise((resolve) => setTimeout(resolve, 700));
  };
  const reviewed = (issue: number) =>
    stage.until('the review', () => stage.github.labels(repo, issue).join() === 'agent:review');

  it('a delivery that comes twice, and again later, is one run', async () => {
    const { github } = stage;
    const issue = open('Twice');
    github.webhooks.duplicate((each) => each.action === 'labeled');
    github.as('alice').label(repo, issue, 'agent:ready');
    await reviewed(issue);
    const labeled = github.deliveries.find((each) => each.action === 'labeled');
    const again = await github.webhooks.redeliver(labeled?.guid ?? '');
    expect([again.statusCode, JSON.parse(again.responseBody)]).toEqual([
      202,
      { delivery: labeled?.guid, result: 'known' },
    ]);
    await quiet();
    expect(pullsOf(issue)).toHaveLength(1);
    expect(claims(issue)).toBe(1);
    expect(github.comments(repo, issue)).toHaveLength(1);
  });

  it('the opening and the labelling of one issue are one request', async () => {
    const { github } = stage;
    const issue = github.as('alice').openIssue(repo, { title: 'Both', labels: ['agent:ready'] }).number;
    await reviewed(issue);
    await quiet();
    expect(pullsOf(issue)).toHaveLength(1);
    expect(claims(issue)).toBe(1);
    expect(stage.status(issue)).not.toContain('asked for again');
  });

  it('a label that is gone when its delivery arrives starts nothing, in either order', async () => {
    const { github } = stage;
    for (const order of ['reverse', undefined] as const) {
      const issue = open(`Taken off, ${order ?? 'in order'}`);
      await github.webhooks.settled();
      github.webhooks.hold();
      github.as('alice').label(repo, issue, 'agent:ready');
      github.as('alice').unlabel(repo, issue, 'agent:ready');
      await github.webhooks.release(order ? { order } : {});
      await quiet();
      expect(pullsOf(issue)).toEqual([]);
      expect(github.comments(repo, issue)).toEqual([]);
      expect(github.reactions(repo, issue)).toEqual([]);
    }
  });

  it('a label put on, taken off and put on again starts one run, whatever the order', async () => {
    const { github } = stage;
    const issue = open('On and off');
    await github.webhooks.settled();
    github.webhooks.hold();
    github.as('alice').label(repo, issue, 'agent:ready');
    github.as('alice').unlabel(repo, issue, 'agent:ready');
    github.as('alice').label(repo, issue, 'agent:ready');
    await github.webhooks.release({ order: 'reverse' });
    await reviewed(issue);
    await quiet();
    expect(pullsOf(issue)).toHaveLength(1);
    expect(claims(issue)).toBe(1);
  });

  it('a delivery for a label that was consumed already starts nothing', async () => {
    const { github, prlt } = stage;
    const issue = open('Consumed');
    github.as('alice').label(repo, issue, 'agent:ready');
    await reviewed(issue);
    const labeled = github.deliveries.findLast(
      (each) => each.action === 'labeled' && each.payload.includes('agent:ready'),
    );
    const sent = await post(prlt.url, labeled?.payload ?? '', {
      'x-hub-signature-256': sign(github.app.webhookSecret, labeled?.payload ?? ''),
    });
    expect(sent.status).toBe(202);
    await quiet();
    expect(claims(issue)).toBe(1);
    expect(pullsOf(issue)).toHaveLength(1);
  });

  it('what is not signed with the secret is refused and not kept', async () => {
    const { github, prlt } = stage;
    const issue = open('Forged');
    const real = github.deliveries.findLast((each) => each.action === 'opened')?.payload ?? '';
    const forged = real.replace('"action":"opened"', '"action":"labeled","label":{"name":"agent:ready"}');
    const guid = randomUUID();
    const wrong: Record<string, string>[] = [
      {},
      { 'x-hub-signature-256': sign('another secret', forged) },
      { 'x-hub-signature-256': 'sha256=' },
      {
        'x-hub-signature': `sha1=${createHmac('sha1', github.app.webhookSecret).update(forged).digest('hex')}`,
      },
      { 'x-hub-signature-256': sign(github.app.webhookSecret, real) },
    ];
    for (const headers of wrong) {
      const answer = await post(prlt.url, forged, { ...headers, 'x-github-delivery': guid });
      expect(answer.status).toBe(401);
      expect(await answer.text()).toContain('WEBHOOK_SECRET');
    }
    await quiet();
    expect(github.reactions(repo, issue)).toEqual([]);
    // Had one of them been kept, the same GUID would be known now.
    const signed = await post(prlt.url, real, {
      'x-hub-signature-256': sign(github.app.webhookSecret, real),
      'x-github-delivery': guid,
    });
    expect(await signed.json()).toEqual({ delivery: guid, result: 'stored' });
  });
});

function sign(secret: string, payload: string): string {
  return `sha256=${createHmac('sha256', secret).update(payload).digest('hex')}`;
}

function post(url: string, body: string, headers: Record<string, string>): Promise<Response> {
  return fetch(`${url}/api/github/webhooks`, {
    method: 'POST',
    body,
    headers: {
      'content-type': 'application/json',
      'x-github-event': 'issues',
      'x-github-delivery': randomUUID(),
      ...headers,
    },
  });
}
