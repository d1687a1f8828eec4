/** The way from a label to the first event that the agent caused, beside a bare container of the same image, in turns. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { repo, type Stage } from '#test/support/scenario.ts';
import type { Figure } from '../figure.ts';
import { median } from '../statistics.ts';
import { titles } from './agent.ts';
import { type RunSeen, until, type Watch } from './watch.ts';

export interface Bench {
  stage: Stage;
  watch: Watch;
}

/** About 1.5 MB in 200 files: small, and large enough to tell a checkout from what prlt adds. */
export const files = Object.fromEntries(
  Array.from({ length: 200 }, (_, n) => [`src/part-${n}.txt`, `${`part ${n} of the widgets\n`.repeat(320)}`]),
);

/** The service's own mirror of the repository, once it has one. */
export function mirrorOf({ prlt }: Stage): string {
  const mirrors = join(prlt.dataDir, 'mirrors');
  return join(mirrors, readdirSync(mirrors).find((name) => name.endsWith('.git')) ?? '');
}

/** The run of an issue once its agent has caused an event. */
export function spoken(watch: Watch, issue: number): Promise<RunSeen> {
  return until('the first event', () => {
    const known = watch.run(issue);
    return known && watch.hasSpoken(known.id) ? known : undefined;
  });
}

/** Labels an issue and gives the milliseconds until the agent's first event is stored, with the way there. */
export async function firstEvent({
  stage,
  watch,
}: Bench): Promise<{ took: number; way: Record<string, number> }> {
  const issue = stage.github.as('alice').openIssue(repo, { title: titles.speak, body: 'Please.' }).number;
  await quiet(stage);
  const began = Date.now();
  stage.github.as('alice').label(repo, issue, 'agent:ready');
  const run = await spoken(watch, issue);
  const took = Date.now() - began;
  await until('the end of the run', () => watch.run(issue)?.state === 'over', 10);
  await quiet(stage);
  const times = watch.times(run.id);
  const steps = {
    'label → request decided to be one': 'item_requested',
    '→ seat given': 'seat_given',
    '→ mirror fresh, container started': 'run_launched',
    '→ shim has its assignment': 'shim_started',
    '→ checkout complete': 'checkout_ready',
    '→ agent has a session': 'agent_started',
    '→ prompt given': 'prompt_started',
    '→ first event heard by the shim': 'spoken',
  };
  const way = Object.fromEntries(
    Object.entries(steps).map(([said, name]) => [said, (times[name] ?? Number.NaN) - began]),
  );
  return { took, way: { ...way, '→ stored': took } };
}

export interface Pairs {
  id: string;
  what: string;
  pairs: number;
  /** Milliseconds of one bare container. */
  bare: () => Promise<number>;
}

export async function firstEvents(bench: Bench, { id, what, pairs, bare }: Pairs): Promise<Figure> {
  const ours: Awaited<ReturnType<typeof firstEvent>>[] = [];
  const theirs: number[] = [];
  for (let pair = 0; pair < pairs; pair += 1) {
    ours.push(await firstEvent(bench));
    theirs.push(await bare());
  }
  const names = Object.keys(ours[0]?.way ?? {});
  return {
    id,
    what: `${what}, ${pairs} pairs`,
    unit: 'ms',
    ours: median(ours.map(({ took }) => took)),
    bare: median(theirs),
    bar: { limit: median(theirs) + 350, at: 'most', said: '≤ bare + 350 ms' },
    parts: Object.fromEntries([
      ...names.map((name) => [
        `${name} (ms since the label)`,
        median(ours.map(({ way }) => way[name] ?? Number.NaN)),
      ]),
      ['fastest of ours (ms)', Math.min(...ours.map(({ took }) => took))],
      ['fastest bare (ms)', Math.min(...theirs)],
    ]),
  };
}

/** Nothing asked of GitHub for a moment, and no webhook on its way: the next measurement begins undisturbed. */
export async function quiet({ github }: Stage): Promise<void> {
  await github.webhooks.settled();
  let [count, since] = [github.requests.length, Date.now()];
  await until('quiet', () => {
    if (github.requests.length !== count) [count, since] = [github.requests.length, Date.now()];
    return Date.now() - since > 300;
  });
}
