/** The ways in which a run of the soak ends, and what each leaves on GitHub. */
import type { LocalGitHub } from '#test/support/github/local-github.ts';

/** Acts by what the issue asks for, each item in a file of its own, so that no two of them conflict. */
export const agent = `
asked=$(grep -o 'ending-[a-z]*' "$PRLT_PROMPT_FILE" | head -n 1)
echo "$asked"
[ "$asked" = ending-unchanged ] || echo "$PRLT_ITEM_KEY" > "$PRLT_ITEM_KEY.txt"
case "$asked" in
  ending-failed) exit 3 ;;
  ending-stopped | ending-withdrawn) while :; do sleep 0.2; done ;;
esac
`;

export const config = 'limits: { attempts: 1, concurrency: 4 }\n';

export const endings = ['merged', 'closed', 'unchanged', 'failed', 'stopped', 'withdrawn'] as const;
export type Ending = (typeof endings)[number];

/** Those whose work is kept under a ref of its own. */
export const keeps: ReadonlySet<Ending> = new Set(['failed', 'stopped', 'withdrawn']);

export interface Asked {
  github: LocalGitHub;
  repo: string;
  issue: number;
  until<T>(what: string, question: () => T | Promise<T>): Promise<NonNullable<T>>;
}

/** Does what people do until this ending is reached, and waits until GitHub shows it. */
export async function bringAbout(ending: Ending, asked: Asked): Promise<void> {
  const { github, repo, issue, until } = asked;
  const alice = github.as('alice');
  const status = () =>
    github.comments(repo, issue).find(({ body }) => body.includes('<!-- prlt:status'))?.body ?? '';
  const wears = (label: string) => until(label, () => github.labels(repo, issue).includes(label));
  const bare = () =>
    until('no label', () => !github.labels(repo, issue).some((name) => name.startsWith('agent:')));
  switch (ending) {
    case 'merged':
    case 'closed': {
      await wears('agent:review');
      const pull = github.pulls(repo).find(({ headRef }) => headRef.startsWith(`GH-${issue}/`));
      if (!pull) throw new Error(`${repo}#${issue} is in review without a pull request`);
      const { number } = pull.issue;
      if (ending === 'closed') {
        await alice.closePull(repo, number);
        await until('the end of review', () => !github.labels(repo, issue).includes('agent:review'));
        return;
      }
      if (pull.draft) alice.markReady(repo, number);
      await alice.mergePull(repo, number);
      await wears('agent:done');
      return;
    }
    case 'unchanged':
      await wears('agent:done');
      return;
    case 'failed':
      await wears('agent:failed');
      return;
    case 'stopped':
      await until('work', () => status().includes('ending-stopped') || status().includes('Working'));
      alice.comment(repo, issue, '/prlt stop');
      await bare();
      return;
    case 'withdrawn':
      await until('work', () => status().includes('ending-withdrawn') || status().includes('Working'));
      alice.closeIssue(repo, issue, 'not_planned');
      await bare();
      return;
  }
}
