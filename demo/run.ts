/** `npm run demo [-- --keep]`: builds the stage, tells the story, and leaves nothing behind, however it ends. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildImages, choosePlace, DemoFailed, type Place } from './prepare-engine.ts';
import { openGitHub, openStage, repo, type Stage } from './stage.ts';
import { stay } from './stay.ts';
import { createWatch, tellStory } from './story.ts';
import { createTimeline, type Timeline } from './timeline.ts';

/** As a shell counts a program that SIGINT ended. */
const interrupted = 130;

const goodbye =
  'Everything is removed. `npm run demo -- --keep` stays, to look around and to talk to an agent while it works.';

/** Resolves with the exit code. */
export async function runDemo(args: string[]): Promise<number> {
  const keep = readKeep(args);
  if (keep === undefined) return 1;
  const ending = new AbortController();
  const timeline = createTimeline(
    (line) => console.log(line),
    () => performance.now(),
  );
  const interrupt = (): void => {
    if (ending.signal.aborted) return;
    timeline.heading('Ending; removing what the demo made …');
    ending.abort();
  };
  // Ctrl-C can arrive twice, from the terminal and from npm; the first one counts.
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, interrupt);
  // Nobody reads on, as behind `| head`: that ends it as well.
  process.stdout.on('error', () => ending.abort());
  // Everything temporary of every part goes below one directory.
  const scratch = await mkdtemp(join(tmpdir(), 'prlt-demo-'));
  process.env['TMPDIR'] = scratch;
  try {
    await perform(keep, timeline, ending.signal);
    timeline.print(goodbye);
    return 0;
  } catch (error) {
    if (ending.signal.aborted) return interrupted;
    console.error(`\nThe demo failed: ${error instanceof DemoFailed ? error.message : reason(error)}`);
    return 1;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

function readKeep(args: string[]): boolean | undefined {
  try {
    return parseArgs({ args, options: { keep: { type: 'boolean', default: false } } }).values.keep;
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\nUsage: npm run demo [-- --keep]`);
    return undefined;
  }
}

function reason(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

async function perform(keep: boolean, timeline: Timeline, signal: AbortSignal): Promise<void> {
  timeline.heading('prlt: an issue becomes a pull request');
  const place = await choosePlace();
  introduce(place, timeline);
  if (place.runtime === 'docker') {
    await buildImages(signal, (line) => timeline.say('prlt', line));
  }
  signal.throwIfAborted();
  const github = await openGitHub();
  timeline.say('github', `a local GitHub: REST at ${github.url}/api/v3, git at ${github.url}/${repo}.git`);
  const stage = await openStage(github, place, signal);
  try {
    timeline.say('prlt', `the service is ready at ${stage.prlt.url}, its data is in ${stage.prlt.dataDir}`);
    const watch = createWatch(stage, place, timeline);
    try {
      const number = await tellStory(stage, watch, timeline, signal);
      await conclude(stage, number, timeline);
      if (keep) {
        whereToLook(stage, timeline);
        await stay(stage, watch, timeline, signal);
      }
    } finally {
      watch.close();
    }
  } finally {
    await stage.close();
  }
}

function introduce(place: Place, timeline: Timeline): void {
  if (place.runtime === 'docker') {
    timeline.say('prlt', `Docker ${place.engine} answers: the agent runs in a container without a network`);
    return;
  }
  timeline.say(
    'prlt',
    [
      `NOTICE: no Docker engine answers (${place.reason}).`,
      'The agent runs as a process of this machine, without a container around it (PRLT_RUNTIME=host).',
      'That is for this demo and its own sample repository only. To see the real thing: sudo .ci/machine',
    ].join('\n'),
  );
}

async function conclude({ github }: Stage, number: number, timeline: Timeline): Promise<void> {
  const { headRef, baseRef, issue } = github.pull(repo, number);
  timeline.heading(`pull request #${number}`);
  timeline.print(`${issue.title}\n\n${withoutMarkers(issue.body ?? '')}\n`);
  timeline.print(await github.diff(repo, baseRef, headRef));
}

function withoutMarkers(body: string): string {
  return body.replaceAll(/<!--[\s\S]*?-->/g, '').trim();
}

function whereToLook({ github, prlt }: Stage, timeline: Timeline): void {
  timeline.heading('Where to look');
  timeline.print(
    [
      `  the API     curl -H "Authorization: token ${github.tokenFor('alice')}" ${github.url}/api/v3/repos/${repo}/pulls`,
      `  the code    git clone ${github.url}/${repo}.git`,
      `  prlt        curl ${prlt.url}/readyz`,
      `  its data    ${prlt.dataDir}`,
    ].join('\n'),
  );
}
