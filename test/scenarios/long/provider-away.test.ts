/** A provider of models that refuses the key, or is away: items wait, none fails, nothing is used up, all goes on by itself. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type ModelStub, startModelStub } from '#test/support/models/stub.ts';
import { repo, type Stage, setStage } from '#test/support/scenario.ts';

/** Notes that it ran, asks its model once and fails when that fails. */
const agent = `echo tried >> tries.txt
node -e '
fetch(process.env.PRLT_MODEL_URL + "/v1/messages", {
  method: "POST",
  headers: { "content-type": "application/json", "anthropic-version": "2023-06-01" },
  body: JSON.stringify({ model: process.env.PRLT_MODEL, max_tokens: 9, messages: [{ role: "user", content: "hi" }] }),
}).then(async (answer) => { console.log(await answer.text()); process.exit(answer.ok ? 0 : 1); });
'`;

let models: ModelStub;
let stage: Stage;
beforeAll(async () => {
  models = await startModelStub();
  stage = await setStage({
    agent,
    config: '    model: claude-sonnet-5\nlimits: { attempts: 1 }\n',
    runtime: 'host',
    env: { PRLT_MODELS_ANTHROPIC_URL: models.url, PRLT_MODELS_ANTHROPIC_KEY: 'sk-real-key' },
  });
});
afterAll(async () => {
  await stage.close();
  await models.close();
});
beforeEach(() => models.reset());

const open = (title: string) =>
  stage.github.as('alice').openIssue(repo, { title, labels: ['agent:ready'] }).number;
const say = (issue: number, body: string) => stage.github.as('alice').comment(repo, issue, body);
const pull = (title: string) =>
  stage.until(`the pull request of ${title}`, () =>
    stage.github.pulls(repo).find(({ headRef }) => headRef.endsWith(title)),
  );

test('away: the work is put aside with the time of the next try, and goes on in its workspace', async () => {
  models.answer = () => ({ status: 529 });
  const issue = open('away');
  const waiting = await stage.until(
    'the wait',
    () => stage.status(issue)?.includes('PROVIDER_UNAVAILABLE') && stage.status(issue),
  );
  expect(waiting).toContain('The next attempt starts at');
  expect(waiting).toContain('Attempt | 1 of 1');
  expect(stage.github.labels(repo, issue)).not.toContain('agent:failed');
  models.answer = () => ({ say: 'Done.' });
  say(issue, '/prlt retry');
  const { headSha } = await pull('away');
  expect(await stage.github.readFile(repo, headSha, 'tries.txt')).toBe('tried\ntried\n');
});

test('a key that is refused: the operator is told once, every item of the runner waits, none fails', async () => {
  models.answer = () => ({ status: 401 });
  const first = open('refused');
  await stage.until('the wait', () => stage.status(first)?.includes('PROVIDER_AUTH'));
  const second = open('behind');
  say(second, '/prlt why');
  const why = await stage.until('the reason', () =>
    stage.github.comments(repo, second).find(({ body }) => body.includes('takes no calls now')),
  );
  expect(why.body).toContain('refuses the key of this service');
  expect(stage.github.labels(repo, second)).not.toContain('agent:failed');
  const ready = await fetch(`${stage.prlt.url}/readyz`);
  expect(await ready.json()).toMatchObject({
    ready: true,
    waiting: [
      expect.stringMatching(/provider anthropic of the runner command refuses .* waits since \d{4}-.* a key/),
    ],
  });
  const told = stage.prlt
    .log()
    .split('\n')
    .filter((line) => line.includes('"level":50') && line.includes('refuses the key of this service'));
  expect(told).toHaveLength(1);
  // Each try reads the key once more before it gives up.
  expect(models.calls.length).toBeLessThanOrEqual(2);
});
