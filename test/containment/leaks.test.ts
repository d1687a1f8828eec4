/** Secrets on their way out, in each of the ways out: a change is refused with file and kind, a text goes out without them. */
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addRepository, ask, ended, statusComments } from '#test/support/company.ts';
import { select } from '#test/support/machine.ts';
import { canariesIn } from '#test/support/obedient/canaries.ts';
import { repo, type Stage, setStage } from '#test/support/scenario.ts';

const key = 'canary-of-a-model-key-5f0c31d2a9';
const late = 'canary-told-by-a-command-77b1e0c4';
const token = `ghp_${'R3kQ7vZ1mXw9Tb5Ny2Hc8Lp4Jd6Fs0Ga'.padEnd(36, 'Ue')}`;
const encoded = Buffer.from(`..${key}`).toString('base64');
const turned = [...key].toReversed().join('');
const once = 'limits: { attempts: 1 }\n';

let stage: Stage;
let dir: string;
beforeAll(async () => {
  stage = await setStage({
    runtime: 'host',
    agent: [
      `echo "I think it is ${turned}"`,
      `prlt-agent progress "So far I have ${key}."`,
      `prlt-agent ask "Is it ${encoded}?" --option "${token}" --default "${late}"`,
      `prlt-agent create-item --title "Rotate ${key}" --body "${token}"`,
      `cat > "$PRLT_RESULT_FILE" <<'RESULT'`,
      JSON.stringify({
        title: `Use ${key}`,
        summary: `The key is ${encoded}; the token ${token}.`,
        tested: `With ${Buffer.from(key).toString('hex')}.`,
      }),
      'RESULT',
      'echo fine > fine.txt',
    ].join('\n'),
    env: {
      PRLT_MODELS_CORP_KEY: key,
      PRLT_MODELS_CORP_URL: 'https://models.example/v1',
      PRLT_MODELS_OTHER_KEY_FILE: await keyFile(),
      PRLT_MODELS_OTHER_URL: 'https://other.example/v1',
      PRLT_MAX_CONCURRENCY: '8',
    },
  });
}, 90_000);
afterAll(async () => {
  expect(stage?.github.contractViolations).toEqual([]);
  await stage?.close();
  await rm(dir, { recursive: true, force: true });
});

async function keyFile(): Promise<string> {
  dir = await mkdtemp(join(tmpdir(), 'key-'));
  await writeFile(join(dir, 'key'), `${late}\n`);
  return join(dir, 'key');
}

function refsOf(full: string): string {
  return execFileSync('git', ['for-each-ref', '--format=%(refname)'], {
    cwd: stage.github.git(full),
    encoding: 'utf8',
  });
}

/** Plays a story of its own and answers what people read of it; nothing of a refused change may be on GitHub. */
async function refused(name: string, agent: string, title = 'Do it'): Promise<string> {
  const full = await addRepository(stage, name, { agent, config: once });
  const issue = ask(stage, full, title);
  const status = await ended(stage, full, issue, 'agent:failed', 90);
  await stage.until(
    'the work is kept',
    () => statusComments(stage, full, issue)[0]?.includes('is kept on the machine'),
    30,
  );
  expect(refsOf(full).trim()).toBe('refs/heads/main');
  expect(stage.github.pulls(full)).toEqual([]);
  expect(
    canariesIn(
      stage.github
        .comments(full, issue)
        .map(({ body }) => body)
        .join('\n'),
      { key, late, token },
    ),
  ).toEqual([]);
  return status;
}

describe.concurrent('a change', () => {
  it.each([
    [
      'diff',
      `echo ${encoded} > a.txt`,
      '`a.txt` holds a secret of this service (the key of the model provider corp)',
    ],
    [
      'diff-of-a-file',
      `echo ${late} > a.txt`,
      '`a.txt` holds a secret of this service (the key of the model provider other)',
    ],
    [
      'form',
      `printf 'token = "${token.slice(0, 20)}" +\\n  "${token.slice(20)}"\\n' > a.txt`,
      '`a.txt` holds a GitHub token',
    ],
    [
      'message',
      `echo x > a.txt; git add a.txt; git commit -qm "Add a.txt" -m "${turned}"`,
      'names a secret of this service',
    ],
    [
      'author',
      `echo x > a.txt; git add a.txt; git commit -qm "Add a.txt" --author="${token} <a@b>"`,
      'names a GitHub token',
    ],
    ['path', `mkdir -p d; echo x > "d/${key}"`, 'The name of a changed file holds a secret of this service'],
    [
      'gone-again',
      `echo ${key} > a.txt; git add a.txt; git commit -qm a; git rm -q a.txt; git commit -qm b; echo x > b.txt`,
      'though not at the end',
    ],
  ])('with one in its %s is refused by name', async (name, agent, sentence) => {
    const status = await refused(name, agent);
    expect(status).toContain('**SECRET_FOUND**');
    expect(status).toContain(sentence);
  });

  it('that would go to a branch with one in its name is refused', async () => {
    // The agent's own commit: one that is made for it would carry the title, and be refused for that.
    const agent = 'echo x > a.txt; git add a.txt; git commit -qm "Add a.txt"';
    const full = await addRepository(stage, 'branch', { agent, config: once });
    const status = await ended(stage, full, ask(stage, full, `Use ${key}`), 'agent:failed', 90);
    expect(status).toContain('**SECRET_FOUND**');
    expect(status).toContain('Its branch name holds a secret.');
    expect(canariesIn(refsOf(full), { key })).toEqual([]);
  });

  it('of a run that failed is not pushed as kept work either', async () => {
    const status = await refused('failed', `echo ${key} > a.txt; git add a.txt; git commit -qm a; exit 3`);
    expect(status).toContain('exit code 3');
  });
});

it('what is said goes out without them: pull request, status, check, peek', async () => {
  const issue = ask(stage, repo, 'Say it');
  await ended(stage, repo, issue, 'agent:review', 90);
  const [pull] = stage.github.pulls(repo);
  expect(pull?.issue.title).toBe('Use [redacted]');
  expect(pull?.issue.body).toContain('The key is [redacted]; the token [redacted].');
  expect(pull?.issue.body).toContain('With [redacted].');
  stage.github.as('alice').comment(repo, issue, '/prlt peek');
  const peek = await stage.until('an answer', () =>
    stage.github
      .comments(repo, issue)
      .find(({ body }) => body.includes('I think it is') && !body.includes('<!-- prlt:status')),
  );
  expect(peek.body).toContain('I think it is [redacted]');
  const said = select(stage.prlt.dataDir, 'select body from tool_calls').map((row) => String(row['body']));
  expect(said).toEqual([
    expect.stringContaining('So far I have [redacted].'),
    expect.stringContaining('Is it [redacted]?'),
    expect.stringContaining('Rotate [redacted]'),
  ]);
  const [check] = stage.github.checkRuns(repo, pull?.headSha ?? '');
  const comments = stage.github.comments(repo, issue).map(({ body }) => body);
  expect(comments.join('\n')).toContain('The agent proposes: Rotate [redacted]');
  const everything = [pull?.issue.body, ...comments, ...said, JSON.stringify(check?.output)].join('\n');
  expect(canariesIn(everything, { key, late, token })).toEqual([]);
});
