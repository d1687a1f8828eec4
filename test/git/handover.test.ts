/** A branch that is as it should be: in by bundle, judged, out by push. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createGit, type Git } from '#src/git/git-process.ts';
import { createHandover, type Handover } from '#src/git/handover.ts';
import { makeRepository, scratch, type TestRepository } from '#test/support/git.ts';

const RULES = {
  protect: [],
  allowWorkflows: false,
  maxFileBytes: 1_000_000,
  maxUnpackedBytes: 10_000_000,
  maxFiles: 100,
  timeoutMs: 30_000,
};

let place: ReturnType<typeof scratch>;
let git: Git;
let mirror: TestRepository;
let agent: TestRepository;
let handover: Handover;
let start: string;

beforeEach(async () => {
  place = scratch();
  git = await createGit({ dir: join(place.dir, 'git'), env: process.env });
  mirror = makeRepository(join(place.dir, 'mirror.git'));
  agent = makeRepository(join(place.dir, 'agent.git'));
  handover = createHandover({ dir: join(place.dir, 'handover'), git });
  start = mirror.commit(
    [],
    [
      { path: 'README.md', content: 'hello\n' },
      { path: 'src/a.ts', content: 'a\nb\n' },
    ],
    'first',
  );
  mirror.git(['update-ref', 'refs/heads/main', start]);
  agent.git(['fetch', '-q', mirror.dir, 'main']);
});
afterEach(() => place.remove());

const receive = (bytes: Buffer, maxBytes = 1_000_000) =>
  handover.receive({ run: 'R1', stream: Readable.from([bytes]), maxBytes });
const inspect = (head: string, base = start) =>
  handover.inspect({ run: 'R1', mirror: mirror.dir, start, base, head, rules: RULES });

test('a good branch is accepted and described', async () => {
  const one = agent.commit([start], [{ path: 'src/a.ts', content: 'a\nc\nd\n' }], 'change a');
  const head = agent.commit(
    [one],
    [
      { path: 'README.md', mode: '000000' },
      { path: 'logo.png', content: Buffer.from([0, 1, 2, 0]) },
    ],
    'swap\tfiles',
  );
  expect(await receive(agent.bundle(head, [start]))).toMatchObject({ kind: 'stored' });
  expect(await inspect(head)).toEqual({
    kind: 'accepted',
    repo: join(place.dir, 'handover/R1/repo.git'),
    head,
    commits: [
      { sha: one, subject: 'change a', authorEmail: 'ada@example.org' },
      { sha: head, subject: 'swap\tfiles', authorEmail: 'ada@example.org' },
    ],
    files: [
      { path: 'README.md', status: 'deleted', added: 0, deleted: 1 },
      { path: 'logo.png', status: 'added' },
      { path: 'src/a.ts', status: 'modified', added: 2, deleted: 1 },
    ],
    stat: { files: 3, additions: 2, deletions: 2 },
  });
  const { text, truncated } = await handover.diff({ run: 'R1', start, head, maxBytes: 10_000 });
  expect([text.includes('+c\n+d\n'), truncated]).toEqual([true, false]);
  expect(await handover.diff({ run: 'R1', start, head, maxBytes: 20 })).toEqual({
    text: text.slice(0, 20),
    truncated: true,
  });
});

test('nothing is written into the mirror', async () => {
  const before = mirror.git(['count-objects', '-v']) + mirror.git(['for-each-ref']);
  const head = agent.commit([start], [{ path: 'x', content: 'x' }]);
  await receive(agent.bundle(head, [start]));
  expect((await inspect(head)).kind).toBe('accepted');
  expect(mirror.git(['count-objects', '-v']) + mirror.git(['for-each-ref'])).toBe(before);
});

test('a bundle with the whole history and a version 3 header is taken', async () => {
  const head = agent.commit([start], [{ path: 'x', content: 'x' }]);
  agent.git(['update-ref', 'refs/heads/work', head]);
  await receive(agent.gitBytes(['bundle', 'create', '-q', '--version=3', '-', 'refs/heads/work']));
  expect((await inspect(head)).kind).toBe('accepted');
});

test('a run that merged the base does not answer for what the base brought', async () => {
  const base = mirror.commit([start], [{ path: '.github/workflows/ci.yml', content: 'on: push\n' }], 'ci');
  mirror.git(['update-ref', 'refs/heads/main', base]);
  agent.git(['fetch', '-q', mirror.dir, 'main']);
  const work = agent.commit([start], [{ path: 'x', content: 'x' }], 'work');
  const tree = agent.git(['merge-tree', '--write-tree', work, base]);
  const head = agent.commitTree(tree, [work, base], 'merge');
  await receive(agent.bundle(head, [base]));
  expect(await inspect(head, base)).toMatchObject({
    kind: 'accepted',
    commits: [{ subject: 'work' }, { subject: 'merge' }],
    files: [{ path: 'x' }],
  });
  const evil = agent.commit(
    [head],
    [{ path: '.github/workflows/ci.yml', content: 'on: pull_request_target\n' }],
  );
  await receive(agent.bundle(evil, [base]));
  expect(await inspect(evil, base)).toMatchObject({ kind: 'refused', reasons: [{ code: 'protected_path' }] });
});

test('the cap holds, a broken upload leaves the earlier bundle, discard leaves nothing', async () => {
  const head = agent.commit([start], [{ path: 'x', content: 'x' }]);
  const bytes = agent.bundle(head, [start]);
  expect(await receive(bytes)).toEqual({ kind: 'stored', bytes: bytes.length });
  expect(await receive(bytes, bytes.length - 1)).toMatchObject({ kind: 'refused', code: 'too_large' });
  const torn = Readable.from(
    (async function* () {
      yield bytes.subarray(0, 10);
      throw new Error('connection lost');
    })(),
  );
  expect(await handover.receive({ run: 'R1', stream: torn, maxBytes: 1_000_000 })).toMatchObject({
    code: 'interrupted',
  });
  expect(statSync(handover.bundle('R1')).size).toBe(bytes.length);
  expect(readdirSync(join(place.dir, 'handover/R1'))).toEqual(['branch.bundle']);
  expect(await handover.runs()).toEqual(['R1']);
  await handover.discard('R1');
  await handover.discard('R1');
  expect(await handover.runs()).toEqual([]);
});

test('a mirror that lost the start is this machine’s fault, not the branch’s', async () => {
  const head = agent.commit([start], [{ path: 'x', content: 'x' }]);
  await receive(agent.bundle(head, []));
  const empty = makeRepository(join(place.dir, 'empty.git'));
  const request = { run: 'R1', mirror: empty.dir, start, base: start, head, rules: RULES };
  await expect(handover.inspect(request)).rejects.toThrow('The mirror lacks');
});

test('ids that could leave the folder are refused', async () => {
  await expect(handover.receive({ run: '../x', stream: Readable.from([]), maxBytes: 1 })).rejects.toThrow(
    'Not an id',
  );
});
