/** More repositories on a stage, each with an agent and limits of its own, so that one service plays several stories. */
import type { Stage } from './scenario.ts';

export interface Play {
  /** Shell script of the agent. */
  agent: string;
  /** What follows `profiles:` in the configuration. */
  config?: string;
  owner?: string;
  private?: boolean;
  plan?: 'free' | 'team' | 'enterprise';
}

/** Sets up `<owner>/<name>` and answers its full name; alice may write there. */
export async function addRepository(stage: Stage, name: string, play: Play): Promise<string> {
  const { agent, config = '', owner = 'acme', ...rest } = play;
  await stage.github.createRepository({
    owner,
    name,
    ...rest,
    files: {
      'README.md': `# ${name}\n`,
      '.github/prlt.yml': `profiles:\n  coder:\n    runner: command\n    command: [sh, agent.sh]\n${config}`,
      'agent.sh': agent,
    },
  });
  stage.github.grant(`${owner}/${name}`, 'alice', 'write');
  return `${owner}/${name}`;
}

/** Opens an issue as alice, labels it and answers its number. */
export function ask(stage: Stage, repo: string, title: string): number {
  const { number } = stage.github.as('alice').openIssue(repo, { title, body: 'Please.' });
  stage.github.as('alice').label(repo, number, 'agent:ready');
  return number;
}

/** prlt's status comments on an issue. */
export function statusComments({ github }: Stage, repo: string, issue: number): string[] {
  return github
    .comments(repo, issue)
    .map((comment) => comment.body)
    .filter((body) => body.includes('<!-- prlt:status'));
}

const headlines: Record<string, string> = {
  'agent:failed': 'Failed',
  'agent:done': 'Done',
  'agent:review': 'Ready for review',
};

/** Waits until the issue wears the label, and gives the status comment that says the same. Failing instead is an error. */
export async function ended(
  stage: Stage,
  repo: string,
  issue: number,
  label: string,
  seconds?: number,
): Promise<string> {
  const awaited = [label, 'agent:failed'];
  const found = await stage.until(
    `${label} on ${repo}#${issue}`,
    () => {
      const worn = stage.github.labels(repo, issue);
      // One label is put on before another is taken off.
      return worn.includes('agent:ready') ? undefined : worn.find((name) => awaited.includes(name));
    },
    seconds,
  );
  const status = await stage.until(`the comment that says ${found}`, () =>
    statusComments(stage, repo, issue).find((body) => body.includes(headlines[found] ?? '')),
  );
  if (found !== label) throw new Error(`${repo}#${issue} ended as ${found}, not ${label}:\n${status}`);
  return status;
}
