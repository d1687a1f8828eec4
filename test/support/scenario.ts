/** A stage for stories: a local GitHub, prlt beside it, one repository whose agent is a small script. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type LocalGitHub, startLocalGitHub } from './github/local-github.ts';
import { type Prlt, type PrltOptions, startPrlt } from './prlt.ts';

export interface StageOptions {
  /** Shell script of the agent; `limits:` and the rest of the configuration follow in `config`. */
  agent: string;
  config?: string;
  files?: Record<string, string>;
  runtime?: PrltOptions['runtime'];
  /** Of the service; what depends on where GitHub is comes from a function. */
  env?: Record<string, string> | ((github: LocalGitHub) => Promise<Record<string, string>>);
  until?: PrltOptions['until'];
  cwd?: string;
}

export interface Stage {
  github: LocalGitHub;
  prlt: Prlt;
  repo: string;
  /** Waits until the question has an answer that is not falsy, and gives it; tells the service's log when it never has. */
  until<T>(what: string, question: () => T | Promise<T>, seconds?: number): Promise<NonNullable<T>>;
  /** The body of prlt's status comment on an issue. */
  status(issue: number): string | undefined;
  close(): Promise<void>;
}

export const repo = 'acme/widgets';

export async function setStage({
  agent,
  config = '',
  files = {},
  runtime = 'docker',
  env = {},
  until = 'ready',
  cwd,
}: StageOptions): Promise<Stage> {
  const github = await startLocalGitHub();
  await github.createRepository({
    owner: 'acme',
    name: 'widgets',
    files: {
      'README.md': '# Widgets\n',
      '.github/prlt.yml': `profiles:\n  coder:\n    runner: command\n    command: [sh, agent.sh]\n${config}`,
      'agent.sh': agent,
      ...files,
    },
  });
  github.grant(repo, 'alice', 'write');
  github.grant(repo, 'eve', 'read');
  const settings = typeof env === 'function' ? await env(github) : env;
  const prlt = await startPrlt({ github, runtime, env: settings, until, ...(cwd && { cwd }) }).catch(
    async (error: unknown) => {
      await github.close();
      throw error;
    },
  );
  return {
    github,
    prlt,
    repo,
    until: (what, question, seconds = 90) =>
      untilIn(what, question, seconds, () => `${story(github)}\n${prlt.log().slice(-8_000)}`),
    status: (issue) =>
      github.comments(repo, issue).find((comment) => comment.body.includes('<!-- prlt:status'))?.body,
    close: async () => {
      await prlt.close();
      await github.close();
    },
  };
}

/** Asks until the answer is not falsy, and gives it; `explain` is told with the failure. */
export async function untilIn<T>(
  what: string,
  question: () => T | Promise<T>,
  seconds: number,
  explain: () => string | Promise<string>,
): Promise<NonNullable<T>> {
  for (const end = Date.now() + seconds * 1000; Date.now() < end; await sleep(50)) {
    const answer = await question();
    if (answer) return answer;
  }
  throw new Error(`${what} did not happen within ${seconds} s\n${await explain()}`);
}

/** What GitHub saw change, for the message of a failed wait. */
function story(github: LocalGitHub): string {
  return github
    .writes()
    .slice(-40)
    .map((each) => `${each.method} ${each.path} → ${each.status}`)
    .join('\n');
}
