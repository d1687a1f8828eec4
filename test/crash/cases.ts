/** Which cases the campaign has: every point in a story that comes to it, killed and told to stop, plain and with every delivery twice. */
import { crashPoints } from '#src/engine/crash-points.ts';
import type { CrashCase } from './run-case.ts';
import type { StoryName } from './stories.ts';

/** Points that only some stories come to. */
const special: [RegExp, StoryName][] = [
  [/^effect:(reply|send-message):/, 'talk'],
  [/^effect:stop-run:/, 'stop'],
  [/^effect:keep-work:/, 'fail'],
];

/** Steps that other stories go through in another way. */
const elsewhere: [string, StoryName][] = [
  ...['inspect', 'push', 'discard', 'finished', 'bundle'].flatMap((step): [string, StoryName][] =>
    ['before', 'after'].map((when) => [`${step}:${when}`, 'fail']),
  ),
  ...['stop', 'bundle', 'finished', 'decide', 'effect:clean-run', 'effect:keep-work'].flatMap(
    (step): [string, StoryName][] => ['before', 'after'].map((when) => [`${step}:${when}`, 'stop']),
  ),
];

/** Where the machine dies with the service: at each stage of a run. */
const machinePoints = [
  'launch:created',
  'launch:after',
  'events:after',
  'bundle:after',
  'finished:after',
  'push:after',
];

export function storyOf(point: string): StoryName {
  return special.find(([pattern]) => pattern.test(point))?.[1] ?? 'pull';
}

export function allCases(): CrashCase[] {
  const at = (point: string, story: StoryName, rest: Partial<CrashCase> = {}): CrashCase => ({
    point,
    nth: 1,
    signal: 'KILL',
    story,
    duplicate: false,
    machine: false,
    ...rest,
  });
  return [
    ...crashPoints.flatMap((point) =>
      (['KILL', 'TERM'] as const).flatMap((signal) =>
        [false, true].map((duplicate) => at(point, storyOf(point), { signal, duplicate })),
      ),
    ),
    ...elsewhere.map(([point, story]) => at(point, story)),
    ...machinePoints.map((point) => at(point, 'pull', { machine: true })),
  ];
}

/** Further times that a point is passed, drawn with a seed. */
export function randomCases(count: number, random: () => number): CrashCase[] {
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  return Array.from({ length: count }, () => ({
    point: pick(crashPoints),
    nth: 1 + Math.floor(random() * 5),
    signal: pick(['KILL', 'TERM'] as const),
    story: pick(['pull', 'talk', 'stop', 'fail'] as const),
    duplicate: random() < 0.5,
    machine: false,
  }));
}
