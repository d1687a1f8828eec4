/** Agent configuration of a repository: out of the checkout, in the history, whatever git does later. */
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { prepareCheckout } from '#runners/shim/checkout.ts';
import { contentNotes } from '#runners/shim/checkout-notes.ts';
import { settleBranch } from '#runners/shim/leftovers.ts';
import type { Assignment } from '#runners/shim/protocol.ts';
import { git, type Sample, sampleAssignment, sampleMirror } from '#test/support/shim-run.ts';

const masks = ['.claude/', '.mcp.json', '.codex/', 'opencode.json'];
const files = {
  '.claude/settings.json': '{"hooks":{}}\n',
  '.mcp.json': '{}\n',
  'packages/web/.claude/settings.json': '{}\n',
  'packages/web/opencode.json': '{}\n',
  'packages/web/index.ts': '1\n',
  'docs/claude/notes.md': 'kept\n',
  'CLAUDE.md': 'instructions stay\n',
};

const masked = [
  '.claude/settings.json',
  '.codex',
  '.mcp.json',
  'packages/web/.claude/settings.json',
  'packages/web/opencode.json',
];

interface Made {
  sample: Sample;
  repo: string;
  assignment: Assignment;
  /** Prepares it, or goes on with it. */
  prepare(
    changes?: Partial<Assignment>,
  ): Promise<{ notes: string[]; settle: () => ReturnType<typeof settleBranch> }>;
}

function stage(agent: Partial<Assignment['agent']> = {}): Made {
  const sample = sampleMirror(files);
  onTestFinished(() => sample.remove());
  // A link to a folder counts as the folder.
  addCommit(sample, (tree) => symlinkSync('docs', join(tree, '.codex')));
  const work = join(sample.root, 'work');
  const repo = join(work, 'repo');
  mkdirSync(repo, { recursive: true });
  const base = sampleAssignment(sample, '');
  const assignment = { ...base, agent: { ...base.agent, masks, ...agent } };
  const settings = { socket: '', mirror: sample.mirror, work, tmp: join(work, 'tmp'), alone: false };
  const env = {
    PATH: process.env['PATH'],
    GIT_AUTHOR_NAME: 'a',
    GIT_AUTHOR_EMAIL: 'a@b',
    GIT_COMMITTER_NAME: 'a',
    GIT_COMMITTER_EMAIL: 'a@b',
  };
  return {
    sample,
    repo,
    assignment,
    async prepare(changes = {}) {
      const given = { ...assignment, ...changes };
      const made = await prepareCheckout(given, settings, env);
      const notes = [...made.notes, ...(await contentNotes(made.git, made.path))];
      return { notes, settle: () => settleBranch(given, made) };
    },
  };
}

/** A commit on the mirror's main; moves `start`. */
function addCommit(sample: Sample, change: (tree: string) => void): string {
  const tree = join(sample.root, 'source');
  change(tree);
  git(tree, 'add', '-A');
  git(tree, '-c', 'user.name=Ada', '-c', 'user.email=ada@example.org', 'commit', '-q', '-m', 'more');
  git(tree, 'push', '-q', sample.mirror, 'HEAD:main');
  sample.start = git(tree, 'rev-parse', 'HEAD');
  return sample.start;
}

function write(root: string, path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

const there = (repo: string) => masked.filter((path) => existsSync(join(repo, path)));

describe('left out', () => {
  test('at every depth, links too, and git misses nothing', async () => {
    const { repo, prepare } = stage();
    const { notes, settle } = await prepare();
    expect(there(repo)).toEqual([]);
    expect(existsSync(join(repo, 'packages/web/index.ts'))).toBe(true);
    expect(existsSync(join(repo, 'docs/claude/notes.md'))).toBe(true);
    expect(readFileSync(join(repo, 'CLAUDE.md'), 'utf8')).toBe('instructions stay\n');
    expect(git(repo, 'status', '--porcelain')).toBe('');
    expect(notes).toEqual([
      `Agent configuration of the repository was left out: ${masked.map((path) => `\`${path}\``).join(', ')}.`,
    ]);
    expect(await settle()).toMatchObject({ commits: 0 });
  });

  test('a folder within a folder is left out, and not what lies beside it', async () => {
    const made = stage({ masks: ['.github/hooks/', '.github/mcp.json'] });
    const { sample, repo, assignment } = made;
    const gone = ['.github/hooks/pre.sh', '.github/mcp.json', 'packages/web/.github/hooks/a/b.sh'];
    const kept = ['.github/workflows/ci.yml', 'hooks/pre.sh', 'packages/web/mcp.json'];
    const start = addCommit(sample, (tree) => {
      for (const path of [...gone, ...kept]) write(tree, path, 'x\n');
    });
    const { settle } = await made.prepare({ checkout: { ...assignment.checkout, start } });
    expect(gone.filter((path) => existsSync(join(repo, path)))).toEqual([]);
    expect(kept.filter((path) => !existsSync(join(repo, path)))).toEqual([]);
    expect(git(repo, 'status', '--porcelain')).toBe('');
    expect(await settle()).toMatchObject({ commits: 0 });
  });

  test('a commit of everything takes none of it away', async () => {
    const { repo, prepare, assignment } = stage();
    const { settle } = await prepare();
    write(repo, 'new.ts', '2\n');
    expect(await settle()).toMatchObject({ commits: 1 });
    expect(git(repo, 'diff', '--name-status', assignment.checkout.start, 'HEAD')).toBe('A\tnew.ts');
  });

  test('what an agent writes there is seen by git, so that the gates see it', async () => {
    const { repo, prepare, assignment } = stage();
    const { settle } = await prepare();
    write(repo, '.claude/hooks/own.sh', 'x\n');
    await settle();
    expect(git(repo, 'diff', '--name-only', assignment.checkout.start, 'HEAD')).toBe('.claude/hooks/own.sh');
  });

  test('a later merge of a changed base goes through', async () => {
    const { repo, prepare, sample } = stage();
    await prepare();
    write(repo, 'mine.ts', '2\n');
    git(repo, 'add', '-A');
    git(repo, 'commit', '-qm', 'mine');
    const base = addCommit(sample, (tree) => write(tree, '.mcp.json', '{"more":1}\n'));
    git(repo, 'merge', '-q', '-m', 'merge', base);
    expect(git(repo, 'show', 'HEAD:.mcp.json')).toBe('{"more":1}');
    expect(git(repo, 'status', '--porcelain')).toBe('');
  });

  test('a run that starts from newer commits in the same workspace', async () => {
    const { repo, prepare, sample, assignment } = stage();
    await prepare();
    const start = addCommit(sample, (tree) => {
      write(tree, '.claude/commands/new.md', 'x\n');
      write(tree, 'newer.ts', '3\n');
    });
    const { notes } = await prepare({ checkout: { ...assignment.checkout, start } });
    expect(existsSync(join(repo, 'newer.ts'))).toBe(true);
    expect(existsSync(join(repo, '.claude'))).toBe(false);
    expect(notes.join()).toContain('.claude/commands/new.md');
    expect(git(repo, 'status', '--porcelain')).toBe('');
  });

  test('a repository without any is told nothing', async () => {
    const { prepare } = stage({ masks: ['.gemini/'] });
    expect((await prepare()).notes).toEqual([]);
  });
});

describe('allowed by the operator', () => {
  const text = (repo: string, path: string) => readFileSync(join(repo, path), 'utf8');

  test('stays as it is where start and base agree', async () => {
    const { repo, prepare } = stage({ maskedByBase: true });
    expect((await prepare()).notes).toEqual([]);
    expect(there(repo)).toEqual(masked);
  });

  test('the base commit counts, not the one that the run starts from', async () => {
    const { repo, prepare, sample, assignment } = stage({ maskedByBase: true });
    const base = assignment.checkout.base.sha;
    const start = addCommit(sample, (tree) => {
      write(tree, '.mcp.json', '{"evil":1}\n');
      write(tree, '.claude/hooks/evil.sh', 'x\n');
      rmSync(join(tree, 'packages/web/opencode.json'));
    });
    const changed = { ...assignment.checkout, start, base: { branch: 'main', sha: base } };
    const { notes, settle } = await prepare({ checkout: changed });
    expect(text(repo, '.mcp.json')).toBe('{}\n');
    expect(text(repo, 'packages/web/opencode.json')).toBe('{}\n');
    expect(existsSync(join(repo, '.claude/hooks/evil.sh'))).toBe(false);
    expect(git(repo, 'status', '--porcelain')).toBe('');
    expect(notes.join()).toContain('that of the base commit');
    expect(await settle()).toMatchObject({ commits: 0 });
  });
});
