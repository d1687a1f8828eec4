/** Looks things up the way tests name them: repositories by `owner/name`, the rest by number or id. */
import type { CheckRun, Comment, Issue, Pull } from '../model.ts';
import { checkRunOf } from '../state/checks.ts';
import { commentOf } from '../state/comments.ts';
import { issueOf } from '../state/issues.ts';
import { pullOf } from '../state/pulls.ts';
import { repoNamed, type World } from '../world.ts';

export interface Finder {
  issueOf(repo: string, number: number): Issue;
  pullOf(repo: string, number: number): Pull;
  commentOf(repo: string, id: number): Comment;
  runOf(repo: string, id: number): CheckRun;
}

export const find = (world: World): Finder => ({
  issueOf: (repo, number) => issueOf(world, repoNamed(world, repo), number),
  pullOf: (repo, number) => pullOf(world, repoNamed(world, repo), number),
  commentOf: (repo, id) => commentOf(repoNamed(world, repo), id),
  runOf: (repo, id) => checkRunOf(repoNamed(world, repo), id),
});
