/** The demo's story: a person labels an issue, and everybody can watch it become a pull request. */
import { setTimeout as sleep } from 'node:timers/promises';
import { installationOf } from '#test/support/leftovers.ts';
import { createLook } from './github-watch.ts';
import { DemoFailed, type Place } from './prepare-engine.ts';
import { watchContainers, watchRuns } from './run-watch.ts';
import { person, repo, type Stage } from './stage.ts';
import type { Timeline } from './timeline.ts';

const issue = {
  title: 'Greet people who give no name',
  body: [
    '`greet()` answers "Hello, undefined!" when nobody gave a name.',
    '',
    '## Acceptance criteria',
    '',
    '- [ ] a missing name becomes "stranger"',
    '- [ ] a test covers it',
  ].join('\n'),
};

/** Between two looks, and until the story counts as stuck, milliseconds. */
const pause = 150;
const patience = 120_000;

export interface Watch {
  /** Says everything that is new. */
  look(): Promise<void>;
  close(): void;
}

export function createWatch({ github, prlt }: Stage, place: Place, timeline: Timeline): Watch {
  const lookAtGitHub = createLook(github, repo);
  const runs = watchRuns(prlt.dataDir);
  const installation = installationOf(prlt.dataDir);
  const lookAtContainers =
    place.runtime === 'docker' && installation ? watchContainers(place.docker, installation) : async () => [];
  return {
    look: async () => {
      for (const sentence of await lookAtGitHub()) timeline.say('github', sentence);
      for (const { speaker, text } of await lookAtContainers()) timeline.say(speaker, text);
      for (const { speaker, text } of runs.look()) timeline.say(speaker, text);
    },
    close: () => runs.close(),
  };
}

/** Resolves with the number of the pull request. Rejects with `DemoFailed`, or when `signal` aborts. */
export async function tellStory(
  { github }: Stage,
  watch: Watch,
  timeline: Timeline,
  signal: AbortSignal,
): Promise<number> {
  const { number } = github.as(person).openIssue(repo, issue);
  timeline.say('you', `as ${person}: open issue #${number} "${issue.title}"`);
  github.as(person).label(repo, number, 'agent:ready');
  timeline.say('you', `as ${person}: put the label agent:ready on it`);
  for (const end = Date.now() + patience; ; await sleep(pause, undefined, { signal })) {
    await watch.look();
    const pull = github.pulls(repo)[0];
    const labels = github.labels(repo, number);
    const checked = github.checkRuns(repo).some(({ status }) => status === 'completed');
    if (pull && checked && labels.includes('agent:review')) return pull.issue.number;
    if (labels.includes('agent:failed'))
      throw new DemoFailed('The agent failed; the status comment above says why.');
    if (Date.now() > end) throw new DemoFailed(`Nothing became of the issue within ${patience / 1000} s.`);
  }
}
