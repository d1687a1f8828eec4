/** A script that calls its models itself is told at 80 % of the cap, with the calls that carry tools and no others. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ask, ended } from '#test/support/company.ts';
import { startModelStub } from '#test/support/models/stub.ts';
import { repo, setStage } from '#test/support/scenario.ts';

const script = `
const { PRLT_MODEL: model, PRLT_MODEL_URL: url } = process.env;
const tools = [{ name: 'Bash', input_schema: {} }];
for (const offered of [{ tools }, { tools }, {}, { tools }]) {
  const answer = await fetch(url + '/v1/messages', {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': 'none' },
    body: JSON.stringify({ model, max_tokens: 5, messages: [{ role: 'user', content: 'go on' }], ...offered }),
  });
  if (!answer.ok) throw new Error(await answer.text());
  await answer.text();
}
`;

it('hears it as a further text of the user', async () => {
  const scratch = mkdtempSync(join(tmpdir(), 'prlt-prices-'));
  writeFileSync(join(scratch, 'prices.yml'), 'claude-sonnet-5: { input: 10, output: 10 }\n');
  const stub = await startModelStub();
  const stage = await setStage({
    agent: 'node ask.mjs && echo done > done.txt',
    files: { 'ask.mjs': script },
    config: '    model: claude-sonnet-5\nlimits: { spend: { run: 1 } }\n',
    runtime: 'host',
    env: {
      PRLT_MODELS_ANTHROPIC_URL: stub.url,
      PRLT_MODELS_ANTHROPIC_KEY: 'sk-of-the-test',
      PRLT_MODELS_PRICES: join(scratch, 'prices.yml'),
    },
  });
  try {
    const little = { input: 100, output: 0, cacheRead: 0, cacheWrite: 0 };
    stub.answer = ({ number }) => ({
      say: 'Hi.',
      usage: number === 1 ? { ...little, input: 85_000 } : little,
    });
    stub.side = { say: 'A title', usage: little };
    await ended(stage, repo, ask(stage, repo, 'Spend it'), 'agent:review');
    const told = stub.calls.map(({ body }) => body['messages'] as { content: unknown }[]);
    const hint = expect.stringMatching(/^Wrap up now: 85 % of this run's budget is used/);
    const hinted = [
      { type: 'text', text: 'go on' },
      { type: 'text', text: hint },
    ];
    expect(told.map((messages) => messages.at(-1)?.content)).toEqual(['go on', hinted, 'go on', hinted]);
  } finally {
    await stage.close();
    await stub.close();
    rmSync(scratch, { recursive: true });
  }
});
