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

export type ParsedKey =
  /** An issue of the repository at hand. */
  | { kind: 'home'; number: number }
  | ({ kind: 'repo'; number: number } & RepoName)
  /** A key of another board, such as `ENG-123`. */
  | { kind: 'board'; project: string; number: number };

const inRepo = /^([a-z\d](?:[a-z\d-]{0,38}))\/([\w.-]{1,100})#(\d{1,10})$/i;

/** Reads `GH-12`, `#12`, `owner/repo#12` and `ENG-123`; undefined for anything else. */
export function parseKey(text: string, { prefix }: { prefix: string }): ParsedKey | undefined {
  const key = text.trim();
  const repo = inRepo.exec(key);
  if (repo?.[1] && repo[2])
    return numbered(repo[3], (number) => ({
      kind: 'repo',
      owner: repo[1] ?? '',
      repo: repo[2] ?? '',
      number,
    }));
  const short = /^#(\d{1,10})$/.exec(key);
  if (short) return numbered(short[1], (number) => ({ kind: 'home', number }));
  const board = /^([a-z][a-z\d_]{0,19})-(\d{1,10})$/i.exec(key);
  const project = board?.[1]?.toUpperCase();
  if (!board || !project) return undefined;
  return numbered(board[2], (number) =>
    project === prefix.toUpperCase() ? { kind: 'home', number } : { kind: 'board', project, number },
  );
}

function numbered(digits: string | undefined, make: (number: number) => ParsedKey): ParsedKey | undefined {
  const number = Number(digits);
  return number > 0 ? make(number) : undefined;
}

function isSame(a: RepoName, b: RepoName): boolean {
  return `${a.owner}/${a.repo}`.toLowerCase() === `${b.owner}/${b.repo}`.toLowerCase();
}
