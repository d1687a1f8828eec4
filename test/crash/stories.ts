/** The stories that the service dies in: what people do, what the agent does, and how each must have ended. */
import type { LocalGitHub } from '#test/support/github/local-github.ts';

export const repo = 'acme/widgets';

export interface Scene {
  github: LocalGitHub;
  /** Waits until the question has an answer that is not falsy; notes when it had, under the name. */
  until<T>(what: string, question: () => T | Promise<T>): Promise<NonNullable<T>>;
  /** Whether an agent works, as the service has heard. */
  working(): boolean;
}

export interface Story {
  agent: string;
  config?: string;
  /** Does what people do; returns the number of the issue once the story has ended on GitHub. */
  play(scene: Scene): Promise<number>;
  /** What is there at the end. */
  expected: { pulls: number; branches: number; label?: string; kept: number };
}

export type StoryName = 'pull' | 'talk' | 'stop' | 'fail' | 'second';

const lines = (count: number) =>
  `for i in $(seq 1 ${count}); do echo "line $i"; sleep 0.1; done; echo changed > change.txt\n`;

export const stories: Record<StoryName, Story> = {
  /** Label, pull request, merge. */
  pull: {
    agent: lines(3),
    play: async (scene) => {
      const issue = ask(scene.github);
      await merged(scene, issue);
      return issue;
    },
    expected: { pulls: 1, branches: 2, label: 'agent:done', kept: 0 },
  },
  /** The same, with a question and a poke while the agent works. */
  talk: {
    agent: lines(10),
    play: async (scene) => {
      const issue = ask(scene.github);
      await scene.until('an agent', scene.working);
      const alice = scene.github.as('alice');
      alice.comment(repo, issue, '/prlt poke use the blue paint');
      alice.comment(repo, issue, '/prlt why');
      await scene.until('an answer', () =>
        scene.github.comments(repo, issue).some(({ body }) => body.includes('<!-- prlt:reply')),
      );
      await merged(scene, issue);
      return issue;
    },
    expected: { pulls: 1, branches: 2, label: 'agent:done', kept: 0 },
  },
  /** Stopped while the agent works: no pull request, the work so far is kept. */
  stop: {
    agent: 'echo work > work.txt; echo "at work"; while :; do sleep 0.2; done\n',
    play: async (scene) => {
      const issue = ask(scene.github);
      await scene.until('an agent', scene.working);
      scene.github.as('alice').comment(repo, issue, '/prlt stop');
      await scene.until('the end', () => status(scene.github, issue)?.includes('Stopped'));
      return issue;
    },
    expected: { pulls: 0, branches: 1, kept: 1 },
  },
  /** The agent fails with a change in its hands: the issue has failed, the work is kept. */
  fail: {
    agent: `${lines(3)}exit 3\n`,
    config: 'limits: { attempts: 1 }\n',
    play: async (scene) => {
      const issue = ask(scene.github);
      await scene.until('the end', () => scene.github.labels(repo, issue).includes('agent:failed'));
      return issue;
    },
    expected: { pulls: 0, branches: 1, label: 'agent:failed', kept: 1 },
  },
  /** An issue after one that came to nothing: the mirror is there, so the container starts while it is fetched. */
  second: {
    agent: `[ "$PRLT_ITEM_KEY" = GH-1 ] && exit 1\n${lines(3)}`,
    config: 'limits: { attempts: 1 }\n',
    play: async (scene) => {
      const first = ask(scene.github);
      await scene.until('its end', () => scene.github.labels(repo, first).includes('agent:failed'));
      const issue = ask(scene.github);
      await merged(scene, issue);
      return issue;
    },
    expected: { pulls: 1, branches: 2, label: 'agent:done', kept: 0 },
  },
};

export function status(github: LocalGitHub, issue: number): string | undefined {
  return github.comments(repo, issue).find(({ body }) => body.includes('<!-- prlt:status'))?.body;
}

function ask(github: LocalGitHub): number {
  const { number } = github.as('alice').openIssue(repo, { title: 'Change it', body: 'Please.' });
  github.as('alice').label(repo, number, 'agent:ready');
  return number;
}

async function merged({ github, until }: Scene, issue: number): Promise<void> {
  await until('review', () => github.labels(repo, issue).includes('agent:review'));
  const pull = github.pulls(repo)[0];
  if (!pull) throw new Error('agent:review without a pull request');
  if (pull.draft) github.as('alice').markReady(repo, pull.issue.number);
  await github.as('alice').mergePull(repo, pull.issue.number);
  await until('the end', () => github.labels(repo, issue).includes('agent:done'));
}
