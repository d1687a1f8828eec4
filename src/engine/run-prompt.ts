/** Gathers what a run's first prompt is built from: the snapshot, and files of the base commit. */
import { createHash } from 'node:crypto';
import type { Item, Request, Run } from '../core/item.ts';
import { buildPrompt, specsNamedIn } from '../core/prompt/build-prompt.ts';
import type { PromptInput, Spec } from '../core/prompt/prompt-input.ts';
import { describeStripped } from '../core/text/hidden.ts';
import type { Mirrors } from '../git/mirrors.ts';

export interface RunPrompt {
  text: string;
  /** SHA-256 of the text, hexadecimal. */
  hash: string;
  /** What people should know, such as what was left out. */
  notes: string[];
}

/** A repository's own instructions, the most important first; of files that say the same one is enough. */
const ruleFiles = [
  'AGENTS.md',
  'CLAUDE.md',
  'CONTRIBUTING.md',
  '.github/CONTRIBUTING.md',
  'docs/CONTRIBUTING.md',
  '.github/pull_request_template.md',
  '.github/PULL_REQUEST_TEMPLATE.md',
  'PULL_REQUEST_TEMPLATE.md',
];
const largestFile = 64 * 1024;

/** Subjects of the newest commits that are looked at, and how many must be alike. */
const looked = 30;
const conventional = /^(?:feat|fix|docs|chore|test|refactor|perf|ci|build|style|revert)(?:\([^)]+\))?!?: \S/;

export async function promptFor(
  { mirrors }: { mirrors: Mirrors },
  item: Item,
  run: Run,
  request: Request,
  about: { base: string; branch: string; instructions: string | undefined },
): Promise<RunPrompt> {
  const { snapshot } = request;
  const { base, branch, instructions } = about;
  const named = specsNamedIn(snapshot.body);
  const [files, commits] = await Promise.all([
    filesAt(mirrors, item, base, [...named, ...ruleFiles]),
    commitsOf(mirrors, item, base),
  ]);
  const specs = files.slice(0, named.length);
  const rules = rulesIn(files.slice(named.length));
  const built = buildPrompt({
    snapshot: { key: item.key, ...snapshot },
    specs,
    rules,
    run: {
      kind: run.kind,
      branch,
      base: item.repo.defaultBranch,
      repo: `${item.repo.owner}/${item.repo.name}`,
    },
    ...(commits ? { commits } : {}),
    ...(instructions ? { instructions } : {}),
    ...(run.continues ? { goesOn: goingOn(run.continues) } : {}),
    ...(item.lastFailure ? { previously: item.lastFailure.sentence } : {}),
    ...(item.said ? { said: item.said } : {}),
  });
  const stripped = describeStripped(built.stripped);
  return {
    text: built.text,
    hash: createHash('sha256').update(built.text).digest('hex'),
    notes: stripped ? [stripped] : [],
  };
}

function goingOn({ reason, handover }: NonNullable<Run['continues']>): NonNullable<PromptInput['goesOn']> {
  return handover ? { reason, runner: handover.from } : { reason };
}

/** All at once: a process of git for each would be most of what a launch costs. */
async function filesAt(mirrors: Mirrors, item: Item, base: string, paths: string[]): Promise<Spec[]> {
  const answers = await mirrors.readFiles(item.repo.id, base, paths, largestFile);
  return answers.map((answer, index) => ({
    path: paths[index] ?? '',
    content: answer.kind === 'file' ? answer.content.toString('utf8') : undefined,
    tooLarge: answer.kind === 'too_large',
  }));
}

function rulesIn(found: Spec[]): Spec[] {
  const there = found.filter((file) => file.tooLarge || file.content?.trim());
  return there.filter(
    (file, index) => file.tooLarge || there.findIndex((one) => one.content === file.content) === index,
  );
}

/** A sentence when most of the newest commits are worded in one known way. */
async function commitsOf(mirrors: Mirrors, item: Item, base: string): Promise<string | undefined> {
  const subjects = await mirrors.subjects(item.repo.id, base, looked);
  const own = subjects.filter((subject) => !subject.startsWith('Merge '));
  const alike = own.filter((subject) => conventional.test(subject));
  if (own.length < 3 || alike.length < own.length * 0.8) return undefined;
  return 'Commit subjects in this repository follow Conventional Commits, such as `fix(parser): read empty lines`.';
}
