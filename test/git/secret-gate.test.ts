/** A branch that would publish a secret is refused with file and kind, and the value is repeated nowhere. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createSecretScan } from '#src/core/text/secrets/scan.ts';
import { createGit } from '#src/git/git-process.ts';
import { createHandover, type Handover } from '#src/git/handover.ts';
import type { Inspection } from '#src/git/inspect.ts';
import { type Entry, makeRepository, scratch, type TestRepository } from '#test/support/git.ts';

const own = 'the-Model_key9.Qw7/of+the=operator';
const body = createHash('sha512').update('x').digest('base64').replace(/\W/g, '').slice(0, 36);
const token = `ghp_${body}`;
const old = `npm_${body}`;
const secrets = createSecretScan([{ name: 'the key of acme', value: own }]);

let place: ReturnType<typeof scratch>;
let mirror: TestRepository;
let agent: TestRepository;
let handover: Handover;
let start: string;

beforeEach(async () => {
  place = scratch();
  const git = await createGit({ dir: join(place.dir, 'git'), env: process.env });
  mirror = makeRepository(join(place.dir, 'mirror.git'));
  agent = makeRepository(join(place.dir, 'agent.git'));
  handover = createHandover({ dir: join(place.dir, 'handover'), git });
  start = mirror.commit([], [{ path: 'fixture', content: `token ${old}\n` }], 'first');
  mirror.git(['update-ref', 'refs/heads/main', start]);
  agent.git(['fetch', '-q', mirror.dir, 'main']);
});
afterEach(() => place.remove());

async function judge(head: string): Promise<Inspection> {
  const bundle = agent.bundle(head, [start]);
  await handover.receive({ run: 'R1', stream: Readable.from([bundle]), maxBytes: 100_000_000 });
  const bounds = {
    maxFileBytes: 50_000_000,
    maxUnpackedBytes: 200_000_000,
    maxFiles: 1_000,
    timeoutMs: 60_000,
  };
  const rules = { ...bounds, protect: [], allowWorkflows: false, secrets };
  return handover.inspect({ run: 'R1', mirror: mirror.dir, start, base: start, head, rules });
}

async function sentences(head: string): Promise<string[]> {
  const judged = await judge(head);
  const said =
    judged.kind === 'accepted' ? [] : judged.reasons.map(({ code, sentence }) => `${code}: ${sentence}`);
  for (const value of [own, body]) expect(said.join()).not.toContain(value);
  return said;
}
const commit = (entries: Entry[], message?: string): string => agent.commit([start], entries, message);

test.each<[string, Entry[], string]>([
  [
    'a file',
    [{ path: 'a.ts', content: `const key = "${token}";\n` }],
    'secret: `a.ts` holds a GitHub token.',
  ],
  [
    "the service's own, in base64",
    [{ path: 'a', content: Buffer.from(`..${own}`).toString('base64') }],
    'own_secret: `a` holds a secret of this service (the key of acme).',
  ],
  [
    'far into a large binary file',
    [{ path: 'big', content: `${'\0x'.repeat(6_000_000)}${own}${'\0y'.repeat(1_000_000)}` }],
    'own_secret: `big` holds a secret of this service (the key of acme).',
  ],
  [
    'where two parts of a search meet',
    [{ path: 'b', content: `${'x\n'.repeat(131_072 - 18)}${token}\n` }],
    'secret: `b` holds a GitHub token.',
  ],
  ['a link', [{ path: 'l', mode: '120000', content: `x/${token}` }], 'secret: `l` holds a GitHub token.'],
  [
    'the name of a file',
    [{ path: `docs/${token}`, content: 'x' }],
    'secret: The name of a changed file holds a GitHub token.',
  ],
])('in %s', async (_name, entries, expected) => {
  expect(await sentences(commit(entries))).toEqual([expected]);
});

test('in the message of a commit, and in the name of its author', async () => {
  const said = commit([{ path: 'x', content: 'x' }], `Add x\n\nwith ${[...token].toReversed().join('')}`);
  expect(await sentences(said)).toEqual([`secret: Commit ${said.slice(0, 10)} names a GitHub token.`]);
  const tree = agent.git(['rev-parse', `${said}^{tree}`]);
  const raw = `tree ${tree}\nparent ${start}\nauthor ${own} <a@b> 1 +0000\ncommitter C <c@d> 1 +0000\n\nx\n`;
  const named = agent.git(['hash-object', '-w', '-t', 'commit', '--stdin'], raw);
  expect(await sentences(named)).toEqual([
    `own_secret: Commit ${named.slice(0, 10)} names a secret of this service (the key of acme).`,
  ]);
});

test('that came and went again', async () => {
  const came = commit([{ path: 'x', content: token }]);
  const went = agent.commit([came], [{ path: 'x', mode: '000000' }]);
  expect(await sentences(went)).toEqual([
    `secret: \`x\` holds a GitHub token. (in commit ${came.slice(0, 10)}, though not at the end)`,
  ]);
});

test('what was there before may be changed around and moved, and plain work passes', async () => {
  expect(await sentences(commit([{ path: 'fixture', content: `changed\ntoken ${old}\n` }]))).toEqual([]);
  const moved = [
    { path: 'fixture', mode: '000000' },
    { path: 'test/fixture', content: `token ${old}\n` },
  ];
  expect(await sentences(commit(moved))).toEqual([]);
  expect(await sentences(commit([{ path: 'new', content: `token ${old}\n` }]))).toEqual([
    'secret: `new` holds an npm token.',
  ]);
  expect(await sentences(commit([{ path: 'x.ts', content: 'export const x = 1;\n'.repeat(1_000) }]))).toEqual(
    [],
  );
});
