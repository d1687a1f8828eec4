/** A repository's own rules for work in it, as its base commit has them: files for agents and people, and how it words commits. */
import type { Spec } from '../core/prompt/prompt-input.ts';
import type { Mirrors } from '../git/mirrors.ts';
import type { TreeEntry } from '../git/tree.ts';

/** A commit of a repository's mirror. */
export interface At {
  mirrors: Mirrors;
  repo: number;
  sha: string;
}

/** In the root and spelled so; the most important first. */
const agentFiles = ['AGENTS.md', 'CLAUDE.md'];
/** Where GitHub looks for the others, in any case and as text too; of a kind, the first place counts. */
const places = ['.github', '.', 'docs'];
const contributing = /^contributing(?:\.(?:md|txt|rst|adoc))?$/i;
const template = /^pull_request_template(?:\.(?:md|txt))?$/i;
/** A folder of several templates, of which people choose one; so many of them are shown. */
const templateFolder = /^pull_request_template$/i;
const mostTemplates = 5;

const largestFile = 64 * 1024;

/** Subjects of the newest commits that are looked at, and how many must be alike. */
const looked = 30;
const conventional = /^(?:feat|fix|docs|chore|test|refactor|perf|ci|build|style|revert)(?:\([^)]+\))?!?: \S/;

/** All at once: a process of git for each would be most of what a launch costs. */
export async function filesAt({ mirrors, repo, sha }: At, paths: readonly string[]): Promise<Spec[]> {
  const answers = await mirrors.readFiles(repo, sha, paths, largestFile);
  return answers.map((answer, index) => ({
    path: paths[index] ?? '',
    content: answer.kind === 'file' ? answer.content.toString('utf8') : undefined,
    tooLarge: answer.kind === 'too_large',
  }));
}

/** Those that are there and say something, the most important first; of files that say the same one is enough. */
export async function rulesAt(at: At): Promise<Spec[]> {
  const entries = await at.mirrors.listFolders(at.repo, at.sha, places);
  const templates = inPlaces(entries, 'file', template);
  const folders = templates.length === 0 ? inPlaces(entries, 'folder', templateFolder) : [];
  const found = await filesAt(at, [
    ...agentFiles.filter((path) => entries.some((entry) => entry.path === path)),
    ...inPlaces(entries, 'file', contributing),
    ...templates,
    ...(await templatesIn(at, folders)),
  ]);
  const there = found.filter((file) => file.tooLarge || file.content?.trim());
  return there.filter(
    (file, index) => file.tooLarge || there.findIndex((one) => one.content === file.content) === index,
  );
}

/** A sentence when most of the newest commits are worded in one known way. */
export async function commitsAt({ mirrors, repo, sha }: At): Promise<string | undefined> {
  const subjects = await mirrors.subjects(repo, sha, looked);
  const own = subjects.filter((subject) => !subject.startsWith('Merge '));
  const alike = own.filter((subject) => conventional.test(subject));
  if (own.length < 3 || alike.length < own.length * 0.8) return undefined;
  return 'Commit subjects in this repository follow Conventional Commits, such as `fix(parser): read empty lines`.';
}

/** Paths of the entries of this name, by place. */
function inPlaces(entries: readonly TreeEntry[], kind: TreeEntry['kind'], name: RegExp): string[] {
  return places.flatMap((place) => {
    const prefix = place === '.' ? '' : `${place}/`;
    return entries
      .filter((entry) => entry.kind === kind && entry.path.startsWith(prefix))
      .filter(({ path }) => name.test(path.slice(prefix.length)))
      .map(({ path }) => path);
  });
}

async function templatesIn(at: At, folders: readonly string[]): Promise<string[]> {
  if (folders.length === 0) return [];
  const entries = await at.mirrors.listFolders(at.repo, at.sha, folders);
  return entries
    .filter(({ kind, path }) => kind === 'file' && /\.(?:md|txt)$/i.test(path))
    .map(({ path }) => path)
    .slice(0, mostTemplates);
}
