/** A run that reaches its cap: the next call is refused, its work is kept, and a person has it go on where it stopped. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ModelStub, startModelStub } from '#test/support/models/stub.ts';
import { repo, type Stage, setStage } from '#test/support/scenario.ts';

/** Calls its model until that says it is enough, and notes each answer in a file; what is refused makes it wait for its end. */
const agent = `import { appendFileSync } from 'node:fs';
const { PRLT_MODEL: model, PRLT_MODEL_URL: url } = process.env;
for (;;) {
  const answer = await fetch(url + '/v1/messages', {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': 'none', 'anthropic-version': '2023-06-01' },
    body: JSON.stringify({ model, max_tokens: 100, messages: [{ role: 'user', content: 'go on' }] }),
  });
  appendFileSync('answers.txt', answer.status + '\\n');
  const text = await answer.text();
  console.log(text);
  if (!answer.ok) await new Promise((resolve) => setTimeout(resolve, 60_000));
  if (text.includes('ENOUGH')) break;
}
`;

/** At the prices of the file below. */
const threeCents = { input: 10_000, output: 0, cacheRead: 0, cacheWrite: 0 };
const prices = 'claude-sonnet-5: { input: 3, output: 15 }\n';

let models: ModelStub;
let scratch: string;
let stage: Stage;
beforeAll(async () => {
  models = await startModelStub();
  scratch = mkdtempSync(join(tmpdir(), 'prlt-prices-'));
  writeFileSync(join(scratch, 'prices.yml'), prices);
  stage = await setStage({
    agent: 'node agent.mjs',
    files: { 'agent.mjs': agent },
    config: '    model: claude-sonnet-5\nlimits: { spend: { run: 0.1 } }\n',
    runtime: 'host',
    env: {
      PRLT_MODELS_ANTHROPIC_URL: models.url,
      PRLT_MODELS_ANTHROPIC_KEY: 'sk-real-key',
      PRLT_MODELS_PRICES: join(scratch, 'prices.yml'),
      PRLT_MAX_SPEND_RUN: '2',
    },
  });
});
afterAll(async () => {
  await stage.close();
  await models.close();
  rmSync(scratch, { recursive: true });
});

test('it waits by name, and goes on in the same workspace when the cap is raised', async () => {
  const { github, until } = stage;
  models.answer = () => ({ say: 'More.', usage: threeCents });
  const issue = github.as('alice').openIssue(repo, { title: 'Spend', labels: ['agent:ready'] }).number;
  const labels = () => github.labels(repo, issue).join();
  await until('the question', () => labels() === 'agent:question');
  const waiting = await until(
    'the reason',
    () => stage.status(issue)?.includes('refs/prlt/') && stage.status(issue),
  );
  expect(waiting).toContain('⏸️ Waiting');
  expect(waiting).toContain('`claude-sonnet-5`');
  expect(waiting).toContain('$0.12 of $0.10');
  expect(waiting).toContain('/prlt retry --spend');
  expect(waiting).toContain('refs/prlt/');
  // Four calls of three cents: one over the cap, none after.
  expect(models.calls).toHaveLength(4);
  expect(models.calls.every(({ headers }) => headers['x-api-key'] === 'sk-real-key')).toBe(true);
  expect(waiting).not.toContain('sk-real-key');

  const say = (body: string) => github.as('alice').comment(repo, issue, body);
  say('/prlt retry --spend 50');
  await until('the ceiling', () =>
    github.comments(repo, issue).some(({ body }) => body.includes('PRLT_MAX_SPEND_RUN')),
  );
  models.answer = () => ({ say: 'ENOUGH', usage: threeCents });
  say('/prlt retry --spend 1.50');
  const pull = await until('the pull request', () => github.pulls(repo)[0]);
  const answers = (await github.readFile(repo, pull.headSha, 'answers.txt')) ?? '';
  // The run may be told to stop before it asks once more and is refused.
  expect(answers.replace('402\n', '').trim().split('\n')).toEqual(['200', '200', '200', '200', '200']);
  await until('the review', () => labels() === 'agent:review');
  await until('the new cap', () => stage.status(issue)?.includes('$0.03 of $1.50'));

  say('/prlt peek --prompt');
  const prompt = await until('the prompt', () =>
    github.comments(repo, issue).find(({ body }) => body.includes('SHA-256')),
  );
  expect(prompt.body).toContain('worked on this task before in this very checkout');
  expect(prompt.body).toContain('reached its cap');
});
