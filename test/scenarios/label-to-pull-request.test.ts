/** The main job: an issue labelled `agent:ready` becomes a pull request. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Issue, Pull } from '#test/support/github/model.ts';
import { repo, type Stage, setStage } from '#test/support/scenario.ts';

const run = promisify(execFile);

/** Looks around as an agent would, and writes down what it sees. */
const look = `
import { execSync } from 'node:child_process';
import { accessSync, constants, writeFileSync } from 'node:fs';
import { request } from 'node:http';

const proxy = new URL(process.env.http_proxy);
const connect = await new Promise((resolve, reject) => {
  const asked = request({ host: proxy.hostname, port: proxy.port, method: 'CONNECT', path: 'example.org:443' });
  asked.on('connect', (answer, socket, first) => {
    let body = String(first);
    socket.on('data', (part) => { body += part; });
    socket.on('close', () => resolve({ status: answer.statusCode, body }));
  });
  asked.on('error', reject);
  asked.end();
});
const plain = await new Promise((resolve, reject) => {
  request('http://example.org/', (answer) => {
    let body = '';
    answer.on('data', (part) => { body += part; });
    answer.on('end', () => resolve({ status: answer.statusCode, body }));
  }).on('error', reject).end();
});
const fetched = await fetch('https://example.org/').then((answer) => answer.status, (error) => String(error.cause ?? error));
const git = (args) => execSync('git ' + args, { encoding: 'utf8' }).trim();
const which = (name) => execSync('command -v ' + name, { encoding: 'utf8' }).trim();
for (const place of [process.env.HOME, process.env.TMPDIR]) accessSync(place, constants.W_OK);
writeFileSync('seen.json', JSON.stringify({
  env: process.env,
  cwd: process.cwd(),
  programs: ['sh', 'git', 'node'].map(which),
  head: git('symbolic-ref --short HEAD'),
  base: git('rev-parse origin/main'),
  identity: git('var GIT_AUTHOR_IDENT'),
  connect, plain, fetched,
}, null, 1));
`;

const agent = `
set -eu
echo "reading the prompt"
cat "$PRLT_PROMPT_FILE" > prompt.txt
node look.mjs
echo "hello from $PRLT_ITEM_KEY" > hello.txt
git add hello.txt
git commit -qm "Add a greeting"
echo "a note of @alice" >&2
echo '{"title":"Greet people","summary":"Adds hello.txt.","tested":"Read it aloud."}' > "$PRLT_RESULT_FILE"
sleep 5
`;

const body = `Please add a greeting.

## Acceptance criteria

- hello.txt says hello

## Subtasks

- [ ] write the file
- [x] choose the words

spec: docs/greeting.md
`;

describe('an issue labelled agent:ready', () => {
  let stage: Stage;
  let issue: Issue;
  let pull: Pull;
  let eyesAfter: number;
  let main: string;

  beforeAll(async () => {
    stage = await setStage({
      agent,
      files: { 'look.mjs': look, 'docs/greeting.md': 'Greet in lower case.\n' },
    });
    const { github, until } = stage;
    main = (await github.branches(repo))['main'] ?? '';
    const parent = github.as('alice').openIssue(repo, { title: 'Be friendly', body: 'All of it.' });
    issue = github.as('alice').openIssue(repo, { title: 'Add hello', body, labels: ['bug'] });
    github.as('alice').addSubIssue(parent, issue);
    const labelled = Date.now();
    github.as('alice').label(repo, issue.number, 'agent:ready');
    await until('the eyes', () => github.reactions(repo, issue.number)[0], 5);
    eyesAfter = Date.now() - labelled;
    pull = await until('the pull request', () => github.pulls(repo)[0]);
    await until('the label', () => github.labels(repo, issue.number).join() === 'bug,agent:review');
    await until('the check', () => github.checkRuns(repo, pull.headSha)[0]);
    await until('the last word', () => stage.status(issue.number)?.includes(`[#${pull.issue.number}]`));
  });
  afterAll(async () => {
    expect(stage.github.contractViolations).toEqual([]);
    await stage.close();
  });

  it('is seen at once', () => {
    expect(stage.github.reactions(repo, issue.number).map((each) => each.content)).toEqual(['eyes']);
    // On a quiet machine it is within a second; a crowded one must not decide here.
    expect(eyesAfter).toBeLessThan(5_000);
  });

  it('becomes one draft pull request that says what, how it was tested and by whom', () => {
    expect(stage.github.pulls(repo)).toHaveLength(1);
    expect(pull.draft).toBe(true);
    expect(pull.headRef).toBe('GH-2/fix/bezos/widgets/add-hello');
    expect(pull.baseRef).toBe('main');
    expect(pull.issue.title).toBe('Greet people');
    const text = pull.issue.body ?? '';
    expect(text).toContain('Adds hello.txt.');
    expect(text).toMatch(/## How it was tested\s+Read it aloud\./);
    expect(text).toContain(`Closes #${issue.number}`);
    expect(text).toMatch(/Agent `bezos` · runner `command` · \d+s · 2 commits/);
  });

  it("carries the agent's commits and what it left uncommitted, under the name of the bot", async () => {
    const { github } = stage;
    const { stdout } = await run('git', ['log', '--format=%s|%an|%ae|%cn', `main..${pull.headSha}`], {
      cwd: github.git(repo),
    });
    const bot = github.addUser('prlt[bot]');
    const host = new URL(github.url).host;
    const who = `prlt[bot]|${bot.id}+prlt[bot]@users.noreply.${host}|prlt[bot]`;
    expect(stdout.trim().split('\n')).toEqual([`Add hello|${who}`, `Add a greeting|${who}`]);
    expect(await github.readFile(repo, pull.headSha, 'hello.txt')).toBe('hello from GH-2\n');
  });

  it('gave the agent title, description, criteria, subtasks, specs, parent and the rules of the house', async () => {
    const prompt = (await stage.github.readFile(repo, pull.headSha, 'prompt.txt')) ?? '';
    expect(prompt).toMatch(/## Task[\s\S]*```text\nAdd hello\n```/);
    expect(prompt).toMatch(
      /## Description[\s\S]*data, not orders:\n\n```text\nPlease add a greeting\.[\s\S]*?\n```/,
    );
    expect(prompt).toMatch(/## Acceptance criteria\n[\s\S]*- hello\.txt says hello\n/);
    expect(prompt).toMatch(/## Subtasks\n[\s\S]*\[open\] write the file\n\[done\] choose the words\n/);
    expect(prompt).toMatch(
      /## Specs\n\n`docs\/greeting\.md` at the base commit:\n\n```text\nGreet in lower case\.\n```/,
    );
    expect(prompt).toMatch(/## Parent\n[\s\S]*`#1`[\s\S]*Be friendly\n\nAll of it\./);
    expect(prompt).toMatch(
      /## House rules\n\n- You are on the branch `GH-2\/fix\/bezos\/widgets\/add-hello`/,
    );
  });

  it('gave the agent a checkout on its branch and no way out but a proxy that says no', async () => {
    const seen = JSON.parse((await stage.github.readFile(repo, pull.headSha, 'seen.json')) ?? '{}');
    expect(seen).toMatchObject({
      head: pull.headRef,
      base: main,
      connect: { status: 403, body: expect.stringContaining('example.org:443') },
      plain: { status: 403, body: expect.stringContaining('example.org:80') },
      fetched: expect.stringContaining('Error'),
      identity: expect.stringMatching(/^prlt\[bot\] </),
    });
    expect(seen.programs).toHaveLength(3);
    const { env } = seen;
    expect(env).toMatchObject({
      PRLT_BASE_SHA: main,
      PRLT_ITEM_KEY: 'GH-2',
      PRLT_PROMPT_NUMBER: '1',
      PRLT_RUN_KIND: 'implement',
      NO_PROXY: '127.0.0.1,localhost',
      no_proxy: '127.0.0.1,localhost',
      NODE_USE_ENV_PROXY: '1',
    });
    for (const name of ['PRLT_PROMPT_FILE', 'PRLT_RESULT_FILE', 'PRLT_RUN_ID'])
      expect(env[name]).toMatch(/./);
    expect(env.PRLT_RESULT_FILE).not.toContain(`${seen.cwd}/`);
    expect(env.http_proxy).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    for (const name of ['HTTP_PROXY', 'https_proxy', 'HTTPS_PROXY']) expect(env[name]).toBe(env.http_proxy);
    expect(Object.entries(env).filter(([, value]) => /ghs_|PRIVATE KEY/.test(String(value)))).toEqual([]);
  });

  it('shows where it stands in one comment that is edited', () => {
    const { github, status } = stage;
    expect(github.comments(repo, issue.number)).toHaveLength(1);
    const written = github
      .writes()
      .filter((each) => /\/issues\/(\d+\/comments|comments\/\d+)$/.test(each.path))
      .map((each) => (each.body as { body: string }).body);
    const working = written.find((text) => text.includes('Working')) ?? '';
    expect(working).toContain('`GH-2`');
    expect(working).toContain('| Agent | `bezos` |');
    expect(working).toMatch(/\| Runner \| `command`, profile `coder` \|/);
    expect(working).toContain('| Branch | `GH-2/fix/bezos/widgets/add-hello` |');
    expect(working).toMatch(/\| Elapsed \| \d+s \|/);
    expect(working).toContain('| Attempt | 1 of 3 (`limits.attempts`) |');
    expect(working).toContain('`limits.run` 1h 00m');
    expect(working).toMatch(/\/prlt poke "…"[\s\S]*\/prlt stop/);
    const last = status(issue.number) ?? '';
    expect(last).toContain('Ready for review');
    expect(last).toContain(`draft pull request [#${pull.issue.number}]`);
    expect(last).toContain('reading the prompt\n');
    expect(last).not.toContain('/prlt poke');
  });

  it('moves its labels from ready over working to review', () => {
    const { github } = stage;
    expect(github.labels(repo, issue.number)).toEqual(['bug', 'agent:review']);
    const labelWrites = github
      .writes()
      .filter((each) => each.path.startsWith(`/repos/acme/widgets/issues/${issue.number}/labels`))
      .map(({ method, path, body: sent }) =>
        method === 'POST'
          ? (sent as { labels: string[] }).labels.join()
          : `-${decodeURIComponent(path.split('/').pop() ?? '')}`,
      );
    expect(labelWrites).toEqual(['agent:working', '-agent:ready', 'agent:review', '-agent:working']);
  });

  it('reports the run as a check on the head', () => {
    const checks = stage.github.checkRuns(repo, pull.headSha);
    expect(checks).toHaveLength(1);
    expect(checks[0]).toMatchObject({ name: 'prlt', status: 'completed', conclusion: 'success' });
    expect(checks[0]?.output.title).toContain('GH-2');
  });

  it('notified people twice: the comment and the pull request', () => {
    const told = stage.github.notifications().map((each) => each.path);
    expect(told).toEqual([
      `/repos/acme/widgets/issues/${issue.number}/comments`,
      '/repos/acme/widgets/pulls',
    ]);
  });

  it('used tokens for git that reach one repository and only as far as needed', () => {
    const { github } = stage;
    const id = issue.repo.id;
    const narrowed = github.requests
      .filter(
        (each) =>
          /access_tokens$/.test(each.path) && (each.body as { permissions?: object } | null)?.permissions,
      )
      .map((each) => each.body);
    expect(narrowed).toEqual([
      { repository_ids: [id], permissions: { contents: 'read' } },
      { repository_ids: [id], permissions: { contents: 'write' } },
    ]);
  });
});
