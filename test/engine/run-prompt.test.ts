/** A run's prompt against a real repository: what of the base commit is in it, and what another agent left to know. */
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { ShimEventBody } from '#runners/shim/protocol.ts';
import type { Run } from '#src/core/item.ts';
import { promptFor } from '#src/engine/run-prompt.ts';
import { createGit } from '#src/git/git-process.ts';
import { createHandover } from '#src/git/handover.ts';
import { createMirrors } from '#src/git/mirrors.ts';
import { addMessage, appendRunEvents, assignRun, setBundleHead } from '#src/store/runs.ts';
import { addToolCall } from '#src/store/tools.ts';
import { alice, anItem, aSeat, aSnapshot, now, origin } from '#test/support/builders.ts';
import { type Entry, makeRepository, scratch } from '#test/support/git.ts';
import { scratchContext } from './scratch.ts';

/** A repository whose base commit has `files`, and a newer commit in which every one of them says something else. */
async function repository(files: Record<string, string>, subjects = ['Add files']) {
  const place = scratch();
  onTestFinished(() => place.remove());
  const git = await createGit({ dir: join(place.dir, 'git'), env: process.env });
  const mirrors = createMirrors({ dir: join(place.dir, 'mirrors'), git });
  const handover = createHandover({ dir: join(place.dir, 'handover'), git });
  const item = anItem({
    request: {
      by: alice,
      via: 'label',
      origin,
      snapshot: aSnapshot({ body: 'spec: docs/spec.md' }),
      at: now,
    },
  });
  const repo = makeRepository(mirrors.path(item.repo.id));
  const entries = (mark: string): Entry[] =>
    Object.entries(files).map(([path, content]) => ({ path, content: mark + content }));
  const base = subjects.reduce<string | undefined>(
    (parent, subject) => repo.commit(parent ? [parent] : [], entries(''), subject),
    undefined,
  );
  const later = repo.commit([base ?? ''], entries('LATER '), 'Change all');
  repo.git(['update-ref', 'refs/heads/main', later]);
  const { context } = await scratchContext({ mirrors, handover });
  const prompt = async (over: Partial<Run> = {}) => {
    const run: Run = {
      ...aSeat('run2').run,
      phase: 'claimed',
      claimedAt: now,
      attempt: 1,
      epoch: 2,
      ...over,
    };
    const about = { base: base ?? '', branch: 'GH-12/feat', instructions: undefined };
    if (!item.request) throw new Error('not asked for');
    return (await promptFor(context, item, run, item.request, about)).text;
  };
  return { repo, base: base ?? '', item, context, handover, prompt };
}

describe('of the base commit', () => {
  const files = {
    'AGENTS.md': 'rule of agents',
    'CLAUDE.md': 'rule of one agent',
    'CONTRIBUTING.md': 'rule of contributing',
    '.github/pull_request_template.md': 'rule of the template',
    'docs/spec.md': 'what is specified',
  };
  const subjects = ['feat: one', 'fix(a): two', 'docs: three'];

  test.each([...Object.values(files), 'Conventional Commits'])('%s', async (words) => {
    const { prompt } = await repository(files, subjects);
    const text = await prompt();
    expect(text).toContain(words);
    expect(text).not.toContain('LATER');
  });

  test('the most important first, and of the same text one', async () => {
    const { prompt } = await repository({ ...files, 'docs/CONTRIBUTING.md': 'rule of contributing' });
    const text = await prompt();
    const places = [...Object.values(files).slice(0, 4)].map((words) => text.indexOf(words));
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(text.split('rule of contributing')).toHaveLength(2);
    expect(text).not.toContain('Conventional Commits');
  });

  test('nothing is made up for a repository that has no rules', async () => {
    const { prompt } = await repository({
      'README.md': 'r',
      'docs/templates/pull_request_template.md': 'no',
    });
    expect(await prompt()).not.toContain('## Repository instructions');
  });

  test.each([
    'pull_request_template.md',
    'PULL_REQUEST_TEMPLATE.md',
    'docs/pull_request_template.md',
    'docs/Pull_Request_Template.md',
    '.github/PULL_REQUEST_TEMPLATE.md',
    '.github/pull_request_template.txt',
    '.github/PULL_REQUEST_TEMPLATE/feature.md',
    'PULL_REQUEST_TEMPLATE/feature.md',
    'docs/pull_request_template/feature.md',
    'contributing.md',
    '.github/Contributing.md',
    'docs/CONTRIBUTING.md',
  ])('%s is found as GitHub finds it', async (path) => {
    const { prompt } = await repository({ [path]: 'rule in a file' });
    const text = await prompt();
    expect(text).toContain('rule in a file');
    expect(text).toContain(path);
  });

  test('a template to choose counts only where there is none for all', async () => {
    const { prompt } = await repository({
      '.github/pull_request_template.md': 'for all',
      '.github/PULL_REQUEST_TEMPLATE/a.md': 'to choose',
    });
    const text = await prompt();
    expect(text).toContain('for all');
    expect(text).not.toContain('to choose');
  });
});

describe('work of another agent that goes on', () => {
  const secret = 'a webhook secret';

  /** What `claude` did and said in a first run; the second is codex's. */
  async function relay(over: Partial<Run> = {}) {
    const stage = await repository({ 'README.md': 'r' });
    const { context, repo, base, handover, item } = stage;
    const { db } = context;
    const head = repo.commit([base], [{ path: 'half.txt', content: 'half\n' }], `Add half with ${secret}`);
    const assignment = { agent: { runner: 'claude' } } as never;
    const row = { id: 'run1', item: item.id, epoch: 1, workspace: 'run1', deadline: now, spec: {} as never };
    await assignRun(db, { ...row, assignment }, now);
    const said: ShimEventBody[] = [
      { type: 'progress', message: 'Step: teach the parser numbers' },
      ...Array.from({ length: 30 }, (_, n) => ({ type: 'message', text: `line ${n}` }) as const),
      { type: 'message', text: `The port has to be 8123, ${secret}` },
      { type: 'message', text: 'I should not say this', stream: 'thought' },
    ];
    const events = said.map((body, n) => ({ seq: n + 1, at: new Date(now + n).toISOString(), ...body }));
    await appendRunEvents(db, 'run1', 0, events, now);
    await addToolCall(db, 'run1', { tool: 'report_progress', message: 'Half is written' }, now);
    await addToolCall(db, 'run1', { tool: 'ask_human', question: 'Which colour?', options: ['red'] }, now);
    await addToolCall(db, 'run1', { tool: 'finish', summary: 'Did half', decisions: ['No colons'] }, now);
    const poke = '`alice`, who may change this repository, says:\n\n```text\nuse pnpm\n```';
    await addMessage(db, 'run1', 'a', { type: 'poke', text: poke, from: 'alice' });
    const answer = { question: 'Which colour?', text: 'green', from: 'bob' };
    await addMessage(db, 'run1', 'b', { type: 'answer', ...answer });
    const stream = Readable.from(repo.bundle(head, [base]));
    await handover.receive({ run: 'run1', stream, maxBytes: 1_000_000 });
    await setBundleHead(db, 'run1', head);
    repo.git(['update-ref', '-d', 'refs/heads/work']);
    const text = await stage.prompt({
      ...{ runner: 'codex', start: base, base: { branch: 'main', sha: base }, branch: 'b' },
      continues: { runs: ['run1'], reason: 'no quota', handover: { from: 'claude', to: 'codex' } },
      ...over,
    });
    return { text, head };
  }

  test.each([
    ['its last words', 'The port has to be 8123'],
    ['its reports', 'Half is written'],
    ['the steps of its plan', 'teach the parser numbers'],
    ['its decisions', 'No colons'],
    ['its summary', 'Did half'],
    ['its questions, answered', 'Which colour? → bob answered: green'],
    ['what people told it', '`alice`, who may change this repository, says:\n\n```text\nuse pnpm\n```'],
    ['files that it changed', 'added half.txt (+1 -0)'],
    ['why it stopped', 'no quota'],
    ['where to look', '`git log` and `git status`'],
  ])('has %s', async (_, words) => {
    expect((await relay()).text).toContain(words);
  });

  test('has the commits that were handed over, and no secret', async () => {
    const { text, head } = await relay();
    expect(text).toContain(`${head.slice(0, 10)} Add half with`);
    expect(text).not.toContain(secret);
    expect(text).not.toContain('I should not say this');
    expect(text).not.toContain('line 5\n');
  });

  test('is not told to the agent whose conversation goes on', async () => {
    const { text } = await relay({ runner: 'claude', continues: { runs: ['run1'], reason: 'budget' } });
    expect(text).toContain('You worked on this task before');
    expect(text).not.toContain('8123');
  });

  test('is told too when the runner changes for another reason', async () => {
    const { text } = await relay({ continues: { runs: ['run1'], reason: 'budget' } });
    expect(text).toContain('Another agent (`claude`)');
    expect(text).toContain('8123');
  });

  test('does without commits that are not here any more', async () => {
    const { text } = await relay({ start: 'd'.repeat(40) });
    expect(text).toContain('8123');
    expect(text).not.toContain('half.txt');
  });
});
