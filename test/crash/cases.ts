/** Which cases the campaign has: every point in a story that comes to it, killed and told to stop, plain and with every delivery twice. */
import { crashPoints } from '#src/engine/crash-points.ts';
import type { EngineDeath } from './engine-death.ts';
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

/** Steps of a launch, which is another one when the repository's mirror is there. */
const launching = crashPoints.filter((point) =>
  /^(claim|mint|mirror|assign|socket|launch|effect:launch-run):/.test(point),
);

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
    ...launching.flatMap((point) =>
      (['KILL', 'TERM'] as const).map((signal) => at(point, 'second', { signal, nth: 2 })),
    ),
    ...machinePoints.map((point) => at(point, 'pull', { machine: true })),
  ];
}

/** Steps that an engine takes part in, or that a run does while its container is alive. */
const enginePoints = crashPoints.filter((point) =>
  /^(assign|socket|launch|events|bundle|finished|inspect|push|remove|close|workspace|discard|effect:(launch-run|clean-run|publish)):/.test(
    point,
  ),
);

/** The engine goes down at each of its points, with the service and without; once in a while it is told to and not killed. */
export function engineCases(): (CrashCase & { engine: EngineDeath })[] {
  const at = (point: string, story: StoryName, engine: Partial<EngineDeath>, nth = 1) => ({
    ...{ point, nth, signal: 'KILL' as const, story, duplicate: false, machine: false },
    engine: { by: 'SIGKILL' as const, service: 'lives' as const, liveRestore: false, ...engine },
  });
  const stopping = [
    'effect:stop-run:before',
    'stop:before',
    'stop:after',
    'bundle:after',
    'effect:keep-work:before',
  ];
  return [
    ...enginePoints.flatMap((point) => [
      at(point, 'pull', {}),
      at(point, 'pull', { service: 'dies' }),
      at(point, 'pull', { by: 'SIGTERM' }),
    ]),
    ...stopping.map((point) => at(point, 'stop', {})),
    ...['finished:after', 'effect:keep-work:sent'].map((point) => at(point, 'fail', {})),
    ...launching.map((point) => at(point, 'second', {}, 2)),
    ...['launch:after', 'events:after', 'bundle:before', 'bundle:after', 'remove:before'].flatMap((point) => [
      at(point, 'pull', { liveRestore: true }),
      at(point, 'pull', { liveRestore: true, service: 'dies' }),
    ]),
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
