/** An agent calls a model through its run's socket: it has no key, and what it used is counted. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ask, ended } from '#test/support/company.ts';
import { startModelStub } from '#test/support/models/stub.ts';
import { repo, setStage } from '#test/support/scenario.ts';

const script = `
const { PRLT_MODEL, PRLT_MODEL_URL } = process.env;
const body = { model: PRLT_MODEL, max_tokens: 5, messages: [], tools: [{ name: 'Bash', input_schema: {} }] };
const headers = { 'content-type': 'application/json', 'x-api-key': 'dummy' };
const answer = await fetch(PRLT_MODEL_URL + '/v1/messages', { method: 'POST', headers, body: JSON.stringify(body) });
if (!answer.ok) throw new Error(await answer.text());
`;

it('is passed on with the real key, and told in the metrics', async () => {
  const stub = await startModelStub();
  const stage = await setStage({
    agent: 'node ask.mjs && echo done > done.txt',
    files: { 'ask.mjs': script },
    config: '    model: anthropic/claude-sonnet-5\n',
    runtime: 'host',
    env: { PRLT_MODELS_ANTHROPIC_URL: stub.url, PRLT_MODELS_ANTHROPIC_KEY: 'sk-of-the-test' },
  });
  try {
    stub.script({ say: 'Hi.', usage: { input: 1000, output: 50, cacheRead: 0, cacheWrite: 0 } });
    await ended(stage, repo, ask(stage, repo, 'Ask a model'), 'agent:review');
    expect(stub.calls.map(({ headers, model }) => [headers['x-api-key'], model])).toEqual([
      ['sk-of-the-test', 'claude-sonnet-5'],
    ]);
    const metrics = await (await fetch(`${stage.prlt.url}/metrics`)).text();
    expect(metrics).toContain(
      'prlt_model_calls_total{provider="anthropic",model="claude-sonnet-5",status="200"} 1',
    );
    // 1000 × $2 and 50 × $10 per million tokens.
    expect(metrics).toContain('prlt_model_cost_dollars_total 0.0025');
    expect(stage.prlt.log()).not.toContain('sk-of-the-test');
  } finally {
    await stage.close();
    await stub.close();
  }
});

it('has the key that `.env` holds at the time, without a restart', async () => {
  const cwd = mkdtempSync(join(tmpdir(), 'prlt-cwd-'));
  const keyIs = (key: string) => writeFileSync(join(cwd, '.env'), `PRLT_MODELS_ANTHROPIC_KEY=${key}\n`);
  keyIs('sk-before');
  const stub = await startModelStub();
  const stage = await setStage({
    agent: 'node ask.mjs && echo done >> done.txt',
    files: { 'ask.mjs': script },
    config: '    model: anthropic/claude-sonnet-5\n',
    runtime: 'host',
    cwd,
    env: { PRLT_MODELS_ANTHROPIC_URL: stub.url },
  });
  try {
    await ended(stage, repo, ask(stage, repo, 'Ask a model'), 'agent:review');
    keyIs('sk-after');
    await ended(stage, repo, ask(stage, repo, 'Ask once more'), 'agent:review');
    expect(stub.calls.map(({ headers }) => headers['x-api-key'])).toEqual(['sk-before', 'sk-after']);
  } finally {
    await stage.close();
    await stub.close();
    rmSync(cwd, { recursive: true });
  }
});
