/** What a test looks at: the state as it is now, read without any API call. */
import { diffText } from '../git/diff.ts';
import { mergeBase } from '../git/history.ts';
import { readRefs, resolveCommit } from '../git/repository.ts';
import { entryAt, readBlob } from '../git/tree.ts';
import type { CheckRun, Comment, Issue, Pull, Reaction, Review, ReviewComment } from '../model.ts';
import { pullsOf, repoNamed, type World } from '../world.ts';
import { find } from './find.ts';

export interface Views {
  issue(repo: string, number: number): Issue;
  issues(repo: string): Issue[];
  comments(repo: string, number: number): Comment[];
  /** Names, in the order they were put on. */
  labels(repo: string, number: number): string[];
  /** Reactions of an issue, or of one of its comments. */
  reactions(repo: string, number: number, commentId?: number): Reaction[];
  pulls(repo: string): Pull[];
  pull(repo: string, number: number): Pull;
  reviews(repo: string, number: number): Review[];
  reviewComments(repo: string, number: number): ReviewComment[];
  checkRuns(repo: string, sha?: string): CheckRun[];
  /** Heads by branch name. */
  branches(repo: string): Promise<Record<string, string>>;
  /** The text of a file; null when it is not there. */
  readFile(repo: string, ref: string, path: string): Promise<string | null>;
  /** Path of the bare repository. */
  git(repo: string): string;
  /** The diff of `head` against where it left `base`. */
  diff(repo: string, base: string, head: string): Promise<string>;
}

export function createViews(world: World): Views {
  const { issueOf, pullOf, commentOf } = find(world);
  const dirOf = (repo: string) => repoNamed(world, repo).dir;
  return {
    issue: issueOf,
    issues: (repo) => [...repoNamed(world, repo).issues.values()].filter((issue) => issue.pull === null),
    comments: (repo, number) => issueOf(repo, number).comments,
    labels: (repo, number) => issueOf(repo, number).labels.map((label) => label.name),
    reactions: (repo, number, commentId) =>
      (commentId === undefined ? issueOf(repo, number) : commentOf(repo, commentId)).reactions,
    pulls: (repo) => pullsOf(repoNamed(world, repo)),
    pull: pullOf,
    reviews: (repo, number) => pullOf(repo, number).reviews,
    reviewComments: (repo, number) => pullOf(repo, number).reviewComments,
    checkRuns: (repo, sha) =>
      repoNamed(world, repo).checkRuns.filter((run) => sha === undefined || run.headSha === sha),
    async branches(repo) {
      const refs = [...(await readRefs(world.git, dirOf(repo)))];
      const heads = refs.filter(([ref]) => ref.startsWith('refs/heads/'));
      return Object.fromEntries(heads.map(([ref, sha]) => [ref.slice('refs/heads/'.length), sha]));
    },
    async readFile(repo, ref, path) {
      const dir = dirOf(repo);
      const commit = await resolveCommit(world.git, dir, ref);
      const entry = commit === null ? null : await entryAt(world.git, dir, commit, path);
      return entry?.type === 'blob' ? (await readBlob(world.git, dir, entry.sha)).toString() : null;
    },
    git: dirOf,
    async diff(repo, base, head) {
      const fork = await mergeBase(world.git, dirOf(repo), base, head);
      return diffText(world.git, dirOf(repo), fork ?? base, head);
    },
  };
}
