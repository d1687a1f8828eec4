/** Branches that an agent could send to harm the host, the repository or the people who review: each refused by name. */

import { createHash } from 'node:crypto';
import { appendFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { deflateSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createGit } from '#src/git/git-process.ts';
import { createHandover, type Handover } from '#src/git/handover.ts';
import type { HandoverRules, Inspection } from '#src/git/inspect.ts';
import { type Entry, makeRepository, scratch, type TestRepository } from '#test/support/git.ts';

const RULES: HandoverRules = {
  protect: ['infra/**', '*.lock'],
  allowWorkflows: false,
  maxFileBytes: 50_000_000,
  maxUnpackedBytes: 100_000_000,
  maxFiles: 1_000,
  timeoutMs: 30_000,
};

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
  start = mirror.commit(
    [],
    [
      { path: 'README.md', content: 'hello\n'.repeat(500) },
      { path: 'p/d/x', content: 'x' },
      { path: 'p/l', mode: '120000', content: 'd/../../README.md' },
      { path: 'old-absolute', mode: '120000', content: '/etc/passwd' },
      { path: 'CLAUDE.md', mode: '120000', content: 'docs/agents.md' },
      { path: 'docs/agents.md', content: 'be good\n' },
      { path: 'vendor', mode: '160000', oid: '1'.repeat(40) },
      { path: '.github/workflows/ci.yml', content: 'on: push\n' },
    ],
    'first',
  );
  mirror.git(['update-ref', 'refs/heads/main', start]);
  agent.git(['fetch', '-q', mirror.dir, 'main']);
});
afterEach(() => place.remove());

async function judge(bundle: Buffer, head: string, rules: Partial<HandoverRules> = {}): Promise<Inspection> {
  await handover.receive({ run: 'R1', stream: Readable.from([bundle]), maxBytes: 50_000_000 });
  const request = { run: 'R1', mirror: mirror.dir, start, base: start, head, rules: { ...RULES, ...rules } };
  return handover.inspect(request);
}

/** Refusals as `code path`, or `accepted`. */
function verdict(inspection: Inspection): string[] {
  if (inspection.kind === 'accepted') return ['accepted'];
  return inspection.reasons.map(({ code, path }) => (path === undefined ? code : `${code} ${path}`));
}

async function judgeEntries(entries: Entry[], rules?: Partial<HandoverRules>): Promise<string[]> {
  const head = agent.commit([start], entries);
  return verdict(await judge(agent.bundle(head, [start]), head, rules));
}

describe('what the branch changes', () => {
  const link = (path: string, content: string): Entry => ({ path, mode: '120000', content });
  test.each<[string, Entry[], string[]]>([
    ['a new submodule', [{ path: 'sub', mode: '160000', oid: '2'.repeat(40) }], ['gitlink sub']],
    ['a moved submodule', [{ path: 'vendor', mode: '160000', oid: '3'.repeat(40) }], ['gitlink vendor']],
    ['a removed submodule', [{ path: 'vendor', mode: '000000' }], ['accepted']],
    ['old links and submodules left alone', [{ path: 'p/d/x', content: 'y' }], ['accepted']],
    ['an absolute link', [link('a', '/etc/passwd')], ['link_escapes a']],
    ['a link out of the tree', [link('p/d/up', '../../../x')], ['link_escapes p/d/up']],
    ['a link to the root of the tree', [link('p/d/up', '../..')], ['accepted']],
    ['a link through an absolute one', [link('a', 'old-absolute/../x')], ['link_escapes a']],
    ['a link through a new one', [link('q/d', '..'), link('q/r/l', '../d/../x')], ['link_escapes q/r/l']],
    ['a link into .git', [link('a', '.GIT/config')], ['link_escapes a']],
    ['a loop', [link('a', 'b'), link('b', 'a')], ['accepted']],
    ['a dangling link', [link('a', 'nowhere/at/all')], ['accepted']],
    [
      'an old link led out by a new one',
      [{ path: 'p/d/x', mode: '000000' }, link('p/d', '.')],
      ['link_escapes p/l'],
    ],
    [
      'a workflow',
      [{ path: '.github/workflows/ci.yml', content: 'x' }],
      ['protected_path .github/workflows/ci.yml'],
    ],
    [
      'a workflow in capitals',
      [{ path: '.GitHub/Workflows/x.yml' }],
      ['protected_path .GitHub/Workflows/x.yml'],
    ],
    [
      'a removed workflow',
      [{ path: '.github/workflows/ci.yml', mode: '000000' }],
      ['protected_path .github/workflows/ci.yml'],
    ],
    ['an ignorable character', [{ path: 'AGENTS\u200d.md' }], ['protected_path AGENTS\u200d.md']],
    ['a trailing dot', [{ path: '.claude./settings.json' }], ['protected_path .claude./settings.json']],
    [
      'agent rules deep down',
      [{ path: 'a/b/.cursor/rules/x.mdc' }],
      ['protected_path a/b/.cursor/rules/x.mdc'],
    ],
    ['owners', [{ path: 'docs/codeowners' }], ['protected_path docs/codeowners']],
    [
      'what protected links point at',
      [{ path: 'docs/agents.md', content: 'x' }],
      ['protected_path docs/agents.md'],
    ],
    [
      'the repository’s own globs',
      [{ path: 'infra/x' }, { path: 'a.lock' }],
      ['protected_path a.lock', 'protected_path infra/x'],
    ],
    ['only the root for a bare glob', [{ path: 'sub/a.lock' }], ['accepted']],
    ['similar names', [{ path: 'src/github/x' }, { path: 'MY-AGENTS.md' }], ['accepted']],
  ])('%s', async (_name, entries, expected) => {
    expect(await judgeEntries(entries)).toEqual(expected);
  });

  test('workflows pass where the operator allows them, the rest of .github does not', async () => {
    const allow = { allowWorkflows: true, protect: ['.github/**'] };
    expect(await judgeEntries([{ path: '.github/workflows/new.yml' }], allow)).toEqual(['accepted']);
    expect(await judgeEntries([{ path: '.github/CODEOWNERS' }], allow)).toEqual([
      'protected_path .github/CODEOWNERS',
    ]);
  });

  test('a rename out of a protected folder counts as a change of it', async () => {
    const moved = [
      { path: '.github/workflows/ci.yml', mode: '000000' },
      { path: 'ci.yml', content: 'on: push\n' },
    ];
    expect(await judgeEntries(moved)).toEqual(['protected_path .github/workflows/ci.yml']);
  });

  test('what was added and taken away again is seen, and said with its commit', async () => {
    const added = agent.commit([start], [{ path: 'sub', mode: '160000', oid: '2'.repeat(40) }]);
    const removed = agent.commit([added], [{ path: 'sub', mode: '000000' }]);
    const inspection = await judge(agent.bundle(removed, [start]), removed);
    expect(inspection).toEqual({
      kind: 'refused',
      reasons: [
        {
          code: 'gitlink',
          path: 'sub',
          commit: added,
          sentence: `\`sub\` is a new or changed submodule link, which agents may not set. (in commit ${added.slice(0, 10)}, though not at the end)`,
        },
      ],
    });
  });

  test('what only a merge commit brings in is seen', async () => {
    const side = agent.commit([start], [{ path: 'side', content: '1' }]);
    const merge = agent.commit(
      [agent.commit([start], [{ path: 'x' }]), side],
      [{ path: 'side', content: '1' }, { path: 'AGENTS.md' }],
    );
    const head = agent.commit([merge], [{ path: 'AGENTS.md', mode: '000000' }]);
    expect(verdict(await judge(agent.bundle(head, [start]), head))).toEqual(['protected_path AGENTS.md']);
  });

  test('caps on one file, on files and on commits', async () => {
    expect(
      await judgeEntries([{ path: 'big', content: 'x'.repeat(2_000) }], { maxFileBytes: 1_999 }),
    ).toEqual(['file_too_large big']);
    const many = Array.from({ length: 11 }, (_, index) => ({ path: `f${index}`, content: `${index}` }));
    expect(await judgeEntries(many, { maxFiles: 10 })).toEqual(['too_many_files']);
    expect(await judgeEntries([{ path: 'x' }], { maxCommits: 0 })).toEqual(['too_many_commits']);
  });

  test('20,001 files are too many', async () => {
    const oid = agent.blob('x');
    const many = Array.from({ length: 20_001 }, (_, index) => ({ path: `d${index % 100}/f${index}`, oid }));
    expect(await judgeEntries(many, { maxFiles: 20_000 })).toEqual(['too_many_files']);
  });
});

describe('trees that no honest git makes', () => {
  const tree = (name: string, mode = '100644') => {
    const oid = agent.blob('[core]\n\tfsmonitor = touch /tmp/owned\n');
    const inner = agent.rawTree([{ mode: '100644', name: 'config', oid }]);
    return agent.rawTree([{ mode, name, oid: mode === '40000' ? inner : oid }]);
  };
  test.each([
    ['.git/config', () => tree('.git', '40000')],
    ['.GIT', () => tree('.GIT', '40000')],
    ['git~1', () => tree('git~1', '40000')],
    ['.git as Windows takes it, with a dot', () => tree('.git.', '40000')],
    ['with a space', () => tree('.git ', '40000')],
    ['with a stream', () => tree('.git::$INDEX_ALLOCATION', '40000')],
    ['with a backslash', () => tree('.git\\config')],
    ['.git as macOS takes it', () => tree('.g\u200cit', '40000')],
    ['..', () => tree('..', '40000')],
    ['a slash in a name', () => tree('a/b')],
    [
      'the same name twice',
      () => {
        const oid = agent.blob('x');
        return agent.rawTree([
          { mode: '100644', name: 'a', oid },
          { mode: '100644', name: 'a', oid },
        ]);
      },
    ],
    ['a link as .gitmodules', () => tree('.gitmodules', '120000')],
  ])('%s', async (_name, make) => {
    const head = agent.commitTree(make(), [start]);
    expect(verdict(await judge(agent.bundle(head, [start]), head))).toEqual(['fsck']);
  });

  test('a submodule URL that would be an option', async () => {
    const content = '[submodule "x"]\n\tpath = x\n\turl = -u./payload\n';
    expect(await judgeEntries([{ path: '.gitmodules', content }])).toEqual(['fsck']);
  });

  test('a tree that unfolds without end is refused within its bounds', async () => {
    let oid = agent.rawTree([{ mode: '100644', name: 'f', oid: agent.blob('x') }]);
    for (let level = 0; level < 12; level++) {
      const names = Array.from({ length: 10 }, (_, index) => `d${index}`);
      const inner = oid;
      oid = agent.rawTree(names.map((name) => ({ mode: '40000', name, oid: inner })));
    }
    const head = agent.commitTree(oid, [start]);
    expect(verdict(await judge(agent.bundle(head, [start]), head, { memory: 512 * 1024 ** 2 }))).toEqual([
      'too_large',
    ]);
  });
});

describe('bundles that are not what they say', () => {
  const work = () => agent.commit([start], [{ path: 'x', content: 'x' }]);

  test('wrong head, extra ref, other history', async () => {
    const head = work();
    expect(verdict(await judge(agent.bundle(head, [start]), start))).toEqual(['head_mismatch']);
    agent.git(['update-ref', 'refs/heads/other', agent.commit([start], [{ path: 'y', content: 'y' }])]);
    const two = agent.gitBytes([
      'bundle',
      'create',
      '-q',
      '-',
      'refs/heads/work',
      'refs/heads/other',
      `^${start}`,
    ]);
    expect(verdict(await judge(two, head))).toEqual(['head_mismatch']);
    const orphan = agent.commit([], [{ path: 'x', content: 'x' }]);
    expect(verdict(await judge(agent.bundle(orphan, []), orphan))).toEqual(['not_descendant']);
  });

  test.each(['refs/heads/--upload-pack=x', 'refs/heads/../../config', 'HEAD', 'refs/heads/a b', '-x'])(
    'a branch that calls itself %s gives no name to anything here',
    async (ref) => {
      const head = work();
      const bundle = agent.bundle(head, [start]);
      const at = bundle.indexOf('refs/heads/work');
      const named = Buffer.concat([bundle.subarray(0, at), Buffer.from(ref), bundle.subarray(at + 15)]);
      const judged = await judge(named, head);
      expect(verdict(judged)).toEqual([expect.stringMatching(/^(accepted|bundle_invalid)$/)]);
      if (judged.kind !== 'accepted') return;
      const refs = readdirSync(join(judged.repo, 'refs'), { recursive: true }).map(String);
      expect(refs.filter((path) => !/^(heads|tags)$/.test(path))).toEqual([]);
    },
  );

  test('a prerequisite that the mirror does not have', async () => {
    const secret = work();
    const head = agent.commit([secret], [{ path: 'z', content: 'z' }]);
    expect(verdict(await judge(agent.bundle(head, [secret]), head))).toEqual(['prerequisite_missing']);
  });

  test('a history that is not connected', async () => {
    const secret = work();
    const missing = agent.commit([secret], [{ path: 'z', content: 'z' }]);
    const commit = packOf([[1, agent.gitBytes(['cat-file', 'commit', missing])]]);
    expect(verdict(await judge(bundleOf(missing, commit), missing))).toEqual(['incomplete']);
  });

  test('a thin pack whose delta base nobody has', async () => {
    const base = agent.commit([start], [{ path: 'big', content: 'line\n'.repeat(5_000) }]);
    const head = agent.commit([base], [{ path: 'big', content: `${'line\n'.repeat(5_000)}more\n` }]);
    const bundle = agent.bundle(head, [base]).toString('latin1').replace(`-${base}`, `-${start}`);
    expect(verdict(await judge(Buffer.from(bundle, 'latin1'), head))).toEqual(['prerequisite_missing']);
  });

  test.each<[string, (bundle: Buffer) => Buffer]>([
    ['cut off', (bundle) => bundle.subarray(0, bundle.length - 30)],
    [
      'with a flipped byte',
      (bundle) => {
        const copy = Buffer.from(bundle);
        copy.writeUInt8(copy.readUInt8(copy.length - 40) ^ 0xff, copy.length - 40);
        return copy;
      },
    ],
    [
      'of another version',
      (bundle) => Buffer.concat([Buffer.from('# v4 git bundle\n'), bundle.subarray(16)]),
    ],
    [
      'with a filter',
      (bundle) => Buffer.concat([Buffer.from('# v3 git bundle\n@filter=blob:none\n'), bundle.subarray(16)]),
    ],
    [
      'with another hash',
      (bundle) =>
        Buffer.concat([Buffer.from('# v3 git bundle\n@object-format=sha256\n'), bundle.subarray(16)]),
    ],
    ['without a pack', (bundle) => bundle.subarray(0, bundle.indexOf('\n\n') + 2)],
    ['empty', () => Buffer.alloc(0)],
    [
      'with an endless header',
      () => Buffer.concat([Buffer.from('# v2 git bundle\n'), Buffer.alloc(1_000_000, 'a\n')]),
    ],
  ])('%s', async (_name, spoil) => {
    const head = work();
    expect(verdict(await judge(spoil(agent.bundle(head, [start])), head))).toEqual(['bundle_invalid']);
  });

  test('nothing was sent', async () => {
    const request = { run: 'R9', mirror: mirror.dir, start, base: start, head: start, rules: RULES };
    expect(verdict(await handover.inspect(request))).toEqual(['bundle_missing']);
  });
});

test('a megabyte that unpacks to a gigabyte is refused, in little memory and time', async () => {
  const size = 2 ** 30;
  const bomb = packBlob(size);
  const head = agent.commit([start], [{ path: 'bomb', oid: bomb.oid }]);
  const tree = agent.git(['rev-parse', `${head}^{tree}`]);
  const pack = packOf(
    [
      [1, agent.gitBytes(['cat-file', 'commit', head])],
      [2, agent.gitBytes(['cat-file', 'tree', tree])],
    ],
    bomb.entry,
  );
  const bundle = bundleOf(head, pack);
  expect(bundle.length).toBeLessThan(1_300_000);

  const begun = performance.now();
  expect(verdict(await judge(bundle, head, { memory: 400 * 1024 ** 2 }))).toEqual(['too_large']);
  expect(performance.now() - begun).toBeLessThan(25_000);
}, 60_000);

test('more objects than any change has are refused before they are counted', async () => {
  const head = agent.commit([start], [{ path: 'x', content: 'x' }]);
  const pack = packOf([]);
  pack.writeUInt32BE(500_001, 8);
  expect(verdict(await judge(bundleOf(head, pack), head))).toEqual(['too_large']);
});

test('time is bounded', async () => {
  const head = agent.commit([start], [{ path: 'x', content: 'x' }]);
  expect(verdict(await judge(agent.bundle(head, [start]), head, { timeoutMs: 1 }))).toEqual([
    'took_too_long',
  ]);
});

test('configuration and attributes that the agent plants run nothing here', async () => {
  const trap = join(place.dir, 'sprung');
  const attributes = '* diff=evil filter=evil merge=evil\n';
  const head = agent.commit(
    [start],
    [
      { path: '.gitattributes', content: attributes },
      {
        path: '.gitconfig',
        content: `[diff "evil"]\n\tcommand = touch ${trap}\n\ttextconv = touch ${trap}\n`,
      },
      { path: 'hooks/post-checkout', mode: '100755', content: `#!/bin/sh\ntouch ${trap}\n` },
    ],
  );
  expect(verdict(await judge(agent.bundle(head, [start]), head))).toEqual(['accepted']);
  const shown = () => handover.diff({ run: 'R1', start, head, maxBytes: 10_000 });
  expect((await shown()).text).toContain('+* diff=evil');
  expect(() => readFileSync(trap)).toThrow('ENOENT');
  // Nor were it to get into the repository's own settings.
  const own = join(place.dir, 'handover/R1/repo.git');
  mkdirSync(join(own, 'info'), { recursive: true });
  writeFileSync(join(own, 'info/attributes'), attributes);
  const driver = `[diff "evil"]\n\tcommand = touch ${trap}; :\n\ttextconv = touch ${trap}; cat\n`;
  appendFileSync(join(own, 'config'), driver);
  expect((await shown()).text).toContain('+* diff=evil');
  expect(() => readFileSync(trap)).toThrow('ENOENT');
});

/** A pack entry as gitformat-pack describes it: type and size in a variable-length header, then the deflated bytes. */
function rawEntry(type: number, content: Buffer): Buffer {
  return Buffer.concat([entryHeader(type, content.length), deflateSync(content)]);
}

function packOf(objects: [type: number, content: Buffer][], ...entries: Buffer[]): Buffer {
  const count = Buffer.alloc(4);
  count.writeUInt32BE(objects.length + entries.length);
  const start = Buffer.from('PACK\0\0\0\x02', 'latin1');
  const body = Buffer.concat([
    start,
    count,
    ...objects.map(([type, content]) => rawEntry(type, content)),
    ...entries,
  ]);
  return Buffer.concat([body, createHash('sha1').update(body).digest()]);
}

function bundleOf(head: string, pack: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`# v2 git bundle\n-${start} first\n${head} refs/heads/work\n\n`), pack]);
}

function entryHeader(type: number, size: number): Buffer {
  const bytes: number[] = [];
  let rest = Math.floor(size / 16);
  let byte = (type << 4) | (size % 16);
  while (rest > 0) {
    bytes.push(byte | 0x80);
    byte = rest % 128;
    rest = Math.floor(rest / 128);
  }
  return Buffer.from([...bytes, byte]);
}

function packBlob(size: number): { oid: string; entry: Buffer } {
  const content = Buffer.alloc(size);
  const oid = createHash('sha1').update(`blob ${size}\0`).update(content).digest('hex');
  return { oid, entry: Buffer.concat([entryHeader(3, size), deflateSync(content, { level: 9 })]) };
}
