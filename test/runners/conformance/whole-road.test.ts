/** From the label to the pull request with real CLIs, the real service and its gateway; and from one CLI to another. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ModelStub, startModelStub } from '#test/support/models/stub.ts';
import { repo, type Stage, setStage } from '#test/support/scenario.ts';
import { chosenRunners } from './chosen.ts';

const commit = (file: string) => `echo hi > ${file} && git add ${file} && git commit -qm "Add ${file}"`;
const names = chosenRunners().map(({ name }) => name);
const profiles = names.map((name) => `  ${name}: { runner: ${name} }\n`).join('');
const rules = 'Always greet in lower case.';

let models: ModelStub;
let stage: Stage;
beforeAll(async () => {
  models = await startModelStub();
  stage = await setStage({
    agent: 'true',
    config: `  relay: { runner: claude, fallback: codex }\n${profiles}limits: { spend: { run: 2 } }\n`,
    files: { 'AGENTS.md': `${rules}\n`, '.claude/settings.json': '{"hooks":{}}' },
    env: {
      PRLT_MODELS_ANTHROPIC_URL: models.url,
      PRLT_MODELS_ANTHROPIC_KEY: 'sk-ant-real-key-of-the-service',
      PRLT_MODELS_OPENAI_URL: `${models.url}/v1`,
      PRLT_MODELS_OPENAI_KEY: 'sk-proj-real-key-of-the-service',
    },
  });
});
afterAll(async () => {
  expect(stage.github.contractViolations).toEqual([]);
  await stage.close();
  await models.close();
});

const open = (title: string, profile: string) =>
  stage.github.as('alice').openIssue(repo, { title, labels: ['agent:ready', `profile:${profile}`] }).number;
const pullOf = (title: string) =>
  stage.until(
    `the pull request of ${title}`,
    () => stage.github.pulls(repo).find(({ headRef }) => headRef.endsWith(title)),
    120,
  );

describe.each(names)('%s', (name) => {
  it('turns an issue into a pull request, and its cost is shown', async () => {
    models.reset();
    models.script(
      { shell: commit('hello.txt') },
      { tool: 'finish', input: { summary: `Said hello with ${name}.`, how_tested: 'By eye.' } },
      { say: 'Done.' },
    );
    const issue = open(`by-${name}`, name);
    const pull = await pullOf(`by-${name}`);
    expect(await stage.github.readFile(repo, pull.headSha, 'hello.txt')).toBe('hi\n');
    expect(await stage.github.readFile(repo, pull.headSha, '.claude/settings.json')).toBe('{"hooks":{}}');
    expect(pull.issue.body).toContain(`Said hello with ${name}.`);
    await stage.until('the review', () => stage.github.labels(repo, issue).includes('agent:review'));
    const status = await stage.until('the cost', () => {
      const body = stage.status(issue);
      return body?.includes('Ready for review') && body.includes('Spent') && body;
    });
    expect(status).toMatch(/\| Model \| `[^`]+` \|/);
    expect(status).toMatch(/\| Spent \| (<\$0\.01|\$0\.\d\d) of \$2\.00/);
    const told = models.calls.filter(({ step }) => step).map(({ body }) => JSON.stringify(body));
    expect(told[0]).toContain(rules);
    expect(told.join('')).not.toContain('real-key-of-the-service');
    expect(JSON.stringify(models.calls.map(({ headers }) => headers))).toContain('real-key-of-the-service');
  });
});

describe.runIf(names.includes('claude') && names.includes('codex'))('claude, then codex', () => {
  it('goes on in the same workspace when the quota is used up, and knows what was done', async () => {
    models.reset();
    models.answer = ({ api }) => {
      if (api === 'anthropic') {
        return (
          begun.shift() ?? { status: 429, type: 'billing_error', message: 'Your credit balance is too low' }
        );
      }
      return half.shift() ?? { say: 'Done.' };
    };
    const begun = [
      { tool: 'report_progress', input: { message: 'The port has to be 8123.' } },
      { shell: 'echo half > half.txt' },
    ];
    // It fails unless what claude left uncommitted is there.
    const half = [{ shell: `grep half half.txt && ${commit('other.txt')}` }];
    const issue = open('relayed', 'relay');
    const pull = await pullOf('relayed');
    expect(await stage.github.readFile(repo, pull.headSha, 'half.txt')).toBe('half\n');
    expect(await stage.github.readFile(repo, pull.headSha, 'other.txt')).toBe('hi\n');
    const first = models.calls.find(({ api, side, step }) => api === 'responses' && !side && step);
    const told = JSON.stringify(first?.body);
    expect(told).toContain('Another agent (`claude`) worked on this task before');
    // Only claude said the one, and only the host saw the other.
    expect(told).toContain('The port has to be 8123.');
    expect(told).toContain('added half.txt (+1 -0)');
    await stage.until('the review', () => stage.github.labels(repo, issue).includes('agent:review'));
    expect(stage.status(issue)).toContain('`codex`');
  });
});
