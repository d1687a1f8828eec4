/** Keys: the short names by which people call work items. Display only; ids are what the store goes by. */

export interface RepoName {
  owner: string;
  repo: string;
}

/** `GH-12` where the item's repository is the one at hand, or none is named; elsewhere `owner/repo#12`. */
export function displayKey(item: RepoName & { prefix: string; number: number; home?: RepoName }): string {
  const { prefix, number, owner, repo, home } = item;
  return !home || isSame(home, item) ? `${prefix}-${number}` : `${owner}/${repo}#${number}`;
}

function isSame(a: RepoName, b: RepoName): boolean {
  return `${a.owner}/${a.repo}`.toLowerCase() === `${b.owner}/${b.repo}`.toLowerCase();
}
