/** Looks at the local GitHub again and again, and says what is new there since the last look. */
import type { LocalGitHub } from '#test/support/github/local-github.ts';

const emoji: Record<string, string> = { eyes: '👀', rocket: '🚀', confused: '😕' };

/** One look at a repository: gives a sentence for each thing that was not there, or was otherwise, before. */
export type Look = () => Promise<string[]>;

export function createLook(github: LocalGitHub, repo: string): Look {
  const seen = new Set<string>();
  const labels = new Map<number, string[]>();

  const fresh = (key: string, sentence: string): string[] => {
    if (seen.has(key)) return [];
    seen.add(key);
    return [sentence];
  };

  const labelNews = (number: number): string[] => {
    const now = github.labels(repo, number);
    const before = labels.get(number) ?? [];
    labels.set(number, now);
    return [
      ...now.filter((name) => !before.includes(name)).map((name) => `label ${name} on #${number}`),
      ...before.filter((name) => !now.includes(name)).map((name) => `label ${name} taken off #${number}`),
    ];
  };

  const commentNews = (number: number): string[] =>
    github
      .comments(repo, number)
      .flatMap(({ id, author, body, reactions }) => [
        ...(author.login.endsWith('[bot]')
          ? fresh(`comment/${id}/${gist(body)}`, commentLine(number, body))
          : []),
        ...reactions.flatMap(({ id: reaction, content, user }) =>
          fresh(
            `reaction/${reaction}`,
            `${emoji[content] ?? content} by ${user.login} on ${author.login}'s comment`,
          ),
        ),
      ]);

  const issueNews = (number: number): string[] => [
    ...github
      .reactions(repo, number)
      .flatMap(({ id, content, user }) =>
        fresh(`reaction/${id}`, `${emoji[content] ?? content} by ${user.login} on #${number}`),
      ),
    ...labelNews(number),
    ...commentNews(number),
  ];

  return async () => {
    const branches = Object.entries(await github.branches(repo)).flatMap(([name, sha]) =>
      name === 'main'
        ? []
        : fresh(`branch/${name}/${sha}`, `branch ${name} pushed, now at ${sha.slice(0, 7)}`),
    );
    const pulls = github
      .pulls(repo)
      .flatMap(({ issue, draft, headRef, baseRef }) =>
        fresh(
          `pull/${issue.number}`,
          `${draft ? 'draft ' : ''}pull request #${issue.number} "${issue.title}", ${headRef} into ${baseRef}`,
        ),
      );
    const checks = github
      .checkRuns(repo)
      .flatMap(({ id, name, status, conclusion, headSha }) =>
        fresh(
          `check/${id}/${status}/${conclusion}`,
          `check ${name} on ${headSha.slice(0, 7)}: ${conclusion ?? status}`,
        ),
      );
    return [
      ...github.issues(repo).flatMap(({ number }) => issueNews(number)),
      ...branches,
      ...pulls,
      ...checks,
    ];
  };
}

function commentLine(number: number, body: string): string {
  const what = body.includes('<!-- prlt:status') ? 'status comment' : 'comment';
  return `${what} on #${number}: ${gist(body)}`;
}

/** The first line that people see, without Markdown's signs. */
function gist(body: string): string {
  const line = body.split('\n').find((each) => each.trim() !== '' && !each.startsWith('<!--'));
  return (line ?? '')
    .replace(/^#+ /, '')
    .replaceAll('`', '')
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1');
}
