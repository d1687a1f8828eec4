/** Every real CLI hears that its run's money runs out, whether it can be steered or not. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ModelStub, startModelStub } from '#test/support/models/stub.ts';
import { repo, type Stage, setStage } from '#test/support/scenario.ts';
import { chosenRunners } from './chosen.ts';

const names = chosenRunners().map(({ name }) => name);
/** Whatever the model, a million tokens cost ten dollars. */
const prices = ['anthropic', 'openai']
  .map((provider) => `${provider}/: { input: 10, output: 10 }\n`)
  .join('');
const nothing = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 };
const little = { ...nothing, input: 100 };
/** Of a cap of one dollar. */
const eightyFivePercent = { ...nothing, input: 85_000 };

let models: ModelStub;
let stage: Stage;
let scratch: string;
beforeAll(async () => {
  models = await startModelStub();
  scratch = mkdtempSync(join(tmpdir(), 'prlt-prices-'));
  writeFileSync(join(scratch, 'prices.yml'), prices);
  stage = await setStage({
    agent: 'true',
    config: `${names.map((name) => `  ${name}: { runner: ${name} }\n`).join('')}limits: { spend: { run: 1 } }\n`,
    env: {
      PRLT_MODELS_ANTHROPIC_URL: models.url,
      PRLT_MODELS_ANTHROPIC_KEY: 'sk-ant-real-key',
      PRLT_MODELS_OPENAI_URL: `${models.url}/v1`,
      PRLT_MODELS_OPENAI_KEY: 'sk-real-key',
      PRLT_MODELS_PRICES: join(scratch, 'prices.yml'),
    },
  });
});
afterAll(async () => {
  await stage.close();
  await models.close();
  rmSync(scratch, { recursive: true });
});

describe.each(names)('%s', (name) => {
  it('is told to wrap up at 80 % of its cap, while it works', async () => {
    models.reset();
    models.side = { say: 'A title', usage: nothing };
    const commit = (file: string) => `echo hi > ${file} && git add ${file} && git commit -qm "Add ${file}"`;
    models.script(
      // A steering agent is told while its tool runs.
      { shell: `${commit('a.txt')} && node -e 'setTimeout(() => {}, 4000)'`, usage: eightyFivePercent },
      { shell: commit('b.txt'), usage: little },
      { say: 'Done.', usage: little },
    );
    const issue = stage.github.as('alice').openIssue(repo, {
      title: `Wrap up ${name}`,
      labels: ['agent:ready', `profile:${name}`],
    }).number;
    await stage.until('the review', () => stage.github.labels(repo, issue).includes('agent:review'), 120);
    const told = models.calls
      .filter(({ step }) => step)
      .map(({ body }) => /Wrap up now: 8\d % of this run's budget/.test(JSON.stringify(body)));
    expect(told[0]).toBe(false);
    expect(told.slice(1)).toContain(true);
  });
});
