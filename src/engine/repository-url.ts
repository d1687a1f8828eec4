/** Where git finds a repository. */
import type { Settings } from '../config/settings.ts';
import type { Repo } from '../core/item.ts';

/** For git over HTTP; GitHub and Enterprise Server both serve `/owner/repo.git`. */
export function gitUrl({ github }: Pick<Settings, 'github'>, repo: Repo): string {
  return `${github.web}/${repo.owner}/${repo.name}.git`;
}

/** The page of a branch. */
export function branchUrl({ github }: Pick<Settings, 'github'>, repo: Repo, branch: string): string {
  return `${github.web}/${repo.owner}/${repo.name}/tree/${branch.split('/').map(encodeURIComponent).join('/')}`;
}
