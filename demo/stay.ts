/** `--keep`: a second, unhurried agent, and a person who types what is posted as comments on its issue. */
import { createInterface } from 'node:readline/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { person, repo, type Stage } from './stage.ts';
import type { Watch } from './story.ts';
import type { Timeline } from './timeline.ts';

const issue = {
  title: 'Collect notes',
  body: 'Take your time, and write what people tell you meanwhile into NOTES.md.',
};

/** Resolves when `signal` aborts. */
export async function stay(
  { github }: Stage,
  watch: Watch,
  timeline: Timeline,
  signal: AbortSignal,
): Promise<void> {
  const { number } = github.as(person).openIssue(repo, issue);
  github.as(person).label(repo, number, 'agent:ready');
  timeline.heading(
    `A second agent takes its time on issue #${number}. Each line you type is a comment of ${person}:`,
  );
  timeline.print(
    ['/prlt poke "greet in Spanish, too"', '/prlt status', '/prlt stop', '/prlt help']
      .map((line) => `  ${line}`)
      .join('\n'),
  );
  timeline.print('Ctrl-C ends the demo and removes everything.');
  const lines = createInterface({ input: process.stdin });
  lines.on('line', (line) => {
    if (line.trim() === '') return;
    github.as(person).comment(repo, number, line);
    timeline.say('you', `as ${person} on #${number}: ${line}`);
  });
  try {
    while (!signal.aborted) {
      await watch.look();
      await sleep(200, undefined, { signal }).catch(() => undefined);
    }
  } finally {
    lines.close();
    process.stdin.unref?.();
  }
}
