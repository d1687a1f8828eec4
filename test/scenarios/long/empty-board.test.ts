/** Nobody asked for anything, so nothing is spent: a service with keys makes no model call by itself. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { startModelStub } from '#test/support/models/stub.ts';
import { repo, setStage } from '#test/support/scenario.ts';

it('makes no model call while nothing is asked for', async () => {
  const stub = await startModelStub();
  const stage = await setStage({
    agent: 'true',
    runtime: 'host',
    env: {
      PRLT_POLL: '1s',
      PRLT_MODELS_ANTHROPIC_URL: stub.url,
      PRLT_MODELS_ANTHROPIC_KEY: 'sk-of-the-test',
      PRLT_MODELS_OPENAI_URL: `${stub.url}/v1`,
      PRLT_MODELS_OPENAI_KEY: 'sk-of-the-test',
    },
  });
  try {
    const { github, prlt } = stage;
    const alice = github.as('alice');
    const issue = alice.openIssue(repo, { title: 'Just an issue', body: 'Nothing to do.' });
    alice.comment(repo, issue.number, 'Interesting.');
    // Each of them wakes the service: deliveries, decisions, polls.
    await sleep(4_000);

    const metrics = await (await fetch(`${prlt.url}/metrics`)).text();
    expect(metrics).toMatch(/^# TYPE prlt_model_calls_total counter$/m);
    expect(metrics).not.toMatch(/^prlt_model_calls_total/m);
    expect(metrics).toMatch(/^prlt_model_cost_dollars_total 0$/m);
    expect(metrics).toMatch(/^prlt_runs_live 0$/m);
    expect(metrics).toMatch(/^prlt_deliveries_pending 0$/m);
    expect(stub.calls).toEqual([]);
    expect(prlt.log()).not.toContain('sk-of-the-test');
  } finally {
    await stage.close();
    await stub.close();
  }
});
