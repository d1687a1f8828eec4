/** One case of the campaign: a story in which the service dies at a point, is started again, and is held to the oracle. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { OwnEngine } from '#test/support/engine.ts';
import { startLocalGitHub } from '#test/support/github/local-github.ts';
import { runEvents, select } from '#test/support/machine.ts';
import { startPrlt } from '#test/support/prlt.ts';
import { untilIn } from '#test/support/scenario.ts';
import { type EngineDeath, endEngine, standsStill } from './engine-death.ts';
import { killRuns } from './kill-runs.ts';
import { breaches, leftovers, unsettled } from './oracle.ts';
import { repo, type Scene, type StoryName, stories } from './stories.ts';

export interface CrashCase {
  point: string;
  nth: number;
  signal: 'KILL' | 'TERM';
  story: StoryName;
  /** Every delivery comes twice. */
  duplicate: boolean;
  /** The machine dies, not only the service: containers or processes of runs go with it. */
  machine: boolean;
  /** The Docker engine goes down at the point and comes back, with the service or without it. */
  engine?: EngineDeath;
}

export interface CrashResult {
  case: CrashCase;
  /** `missed`: the story never came to the point. */
  result: 'ok' | 'missed' | 'broken';
  /** From its death to the next thing that a person sees as done, milliseconds. */
  recovery?: number;
  problems: string[];
  log: string;
}

/** Seconds that anything may take, from a death or a wait's beginning. */
const patience = 60;

export async function runCase(
  one: CrashCase,
  runtime: 'docker' | 'host',
  privateKey: string,
  own?: OwnEngine,
): Promise<CrashResult> {
  const lives = one.engine?.service === 'lives';
  const story = stories[one.story];
  const github = await startLocalGitHub({ app: { privateKey } });
  await github.createRepository({
    owner: 'acme',
    name: 'widgets',
    files: {
      'README.md': '# Widgets\n',
      '.github/prlt.yml': `profiles:\n  coder:\n    runner: command\n    command: [sh, agent.sh]\n${story.config ?? ''}`,
      'agent.sh': story.agent,
    },
  });
  github.grant(repo, 'alice', 'write');
  if (one.duplicate) github.webhooks.duplicate(() => true);
  const env: Record<string, string> = {
    PRLT_CRASH_AT: `${one.point}:${one.nth}:${lives ? 'STOP' : one.signal}`,
    PRLT_CRASH_TESTING: 'yes',
  };
  const prlt = await startPrlt({ github, runtime, env });
  const deaths: number[] = [];
  const done: number[] = [];
  let restarts = 0;
  let over = false;
  const problems: string[] = [];
  let log = '';

  /** Dead, or standing still so that its engine can die. */
  const dead = () => Promise.race([prlt.gone(), ...(lives ? [standsStill(() => prlt.pid)] : [])]);

  /** Starts it again when it dies; it may do so once. */
  const keep = async (): Promise<void> => {
    await dead();
    if (over) return;
    deaths.push(Date.now());
    delete env['PRLT_CRASH_AT'];
    if (one.machine) await killRuns(prlt.dataDir, runtime);
    if (one.engine && own) await endEngine(own, one.engine, prlt);
    else await prlt.start();
    restarts += 1;
    await prlt.gone();
    if (!over) problems.push('it died once more');
  };
  const kept = keep().catch((error: unknown) =>
    problems.push(`it could not be started again: ${String(error)}`),
  );

  /** A service that was told to stop finishes what is under way, so the story may be over before it is gone. */
  const nextLife = async (): Promise<void> => {
    const dying = () => deaths.length > 0 || prlt.log().includes('stopping; running agents go on');
    await untilIn(
      'the next start',
      () => !dying() || restarts > 0 || problems.length > 0,
      patience,
      () => '',
    );
  };

  /** An engine may be away just now. */
  const left = () => leftovers(prlt.dataDir, runtime).catch((error: unknown) => [String(error)]);

  const scene: Scene = {
    github,
    until: async (what, question) => {
      const answer = await untilIn(what, question, patience + 20, () => '');
      done.push(Date.now());
      return answer;
    },
    working: () => runEvents(prlt.dataDir).some(({ type }) => type === 'prompt_started'),
  };
  try {
    const issue = await story.play(scene);
    await nextLife();
    await untilIn(
      'a settled database',
      () => unsettled(prlt.dataDir).length === 0,
      30,
      () => unsettled(prlt.dataDir).join('; '),
    );
    await github.webhooks.settled();
    await untilIn(
      'a clean machine',
      async () => (await left()).length === 0,
      20,
      async () => (await left()).join('; '),
    );
    // The last points are passed when all else is over.
    if (deaths.length === 0) await Promise.race([dead(), sleep(3_000)]);
    await nextLife();
    done.push(Date.now());
    const runs = one.machine || one.engine?.liveRestore === false ? 2 : 1;
    const expected = { ...story.expected, runs, mayLose: one.engine?.liveRestore === false };
    problems.push(...(await breaches(github, prlt.dataDir, { repo, issue }, expected)));
  } catch (error) {
    problems.push(error instanceof Error ? error.message.trim() : String(error));
    problems.push(...unsettled(prlt.dataDir).map((left) => `unsettled ${left}`));
    log = `${JSON.stringify(select(prlt.dataDir, 'select status, facts from items'), undefined, 1)}\n`;
  }
  over = true;
  // A process that is being started again must be there before it can be ended.
  await Promise.race([kept, sleep(100)]);
  const coming = { back: true };
  void kept.then(() => {
    coming.back = false;
  });
  while (deaths.length > restarts && coming.back) await sleep(50);
  log += prlt.log();
  await prlt.close();
  await kept;
  await github.close();
  const death = deaths[0];
  const next = death === undefined ? undefined : done.find((at) => at > death);
  const recovery = death === undefined || next === undefined ? undefined : next - death;
  if (recovery !== undefined && recovery > patience * 1_000) problems.push(`recovery took ${recovery} ms`);
  const result = problems.length > 0 ? 'broken' : death === undefined ? 'missed' : 'ok';
  return { case: one, result, problems, log, ...(recovery === undefined ? {} : { recovery }) };
}
