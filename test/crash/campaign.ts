/**
 * `npm run test:crash`: the service dies at every crash point and must have lost and doubled nothing afterwards.
 * `-- --only <text>` takes the cases that contain it, `--docker` the Docker runtime, `--engine` the cases in which an engine
 * of its own goes down, `--plain` those without doubled deliveries, `--random <n> --seed <n>` draws further ones,
 * `--parallel <n>` runs so many beside each other (2), `--logs <dir>` keeps the logs of broken ones.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { command } from '#runners/command/manifest.ts';
import { imageName } from '#runners/image-name.ts';
import { type OwnEngine, startOwnEngine } from '#test/support/engine.ts';
import { makeKeys } from '#test/support/github/app-options.ts';
import { generator } from '#test/support/random.ts';
import { allCases, engineCases, randomCases } from './cases.ts';
import { type CrashCase, type CrashResult, runCase } from './run-case.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    docker: { type: 'boolean', default: false },
    engine: { type: 'boolean', default: false },
    plain: { type: 'boolean', default: false },
    random: { type: 'string', default: '0' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
    parallel: { type: 'string', default: '2' },
    logs: { type: 'string' },
  },
});

const runtime = values.docker || values.engine ? 'docker' : 'host';
const say = (line: string) => process.stdout.write(`${line}\n`);
const drawn = Number(values.random);
const wanted = listed().filter(
  (one) =>
    !(values.plain && one.duplicate) && (values.only === undefined || nameOf(one).includes(values.only)),
);
const begun = Date.now();
const { privateKey } = await makeKeys();
const results: CrashResult[] = [];
const queue = [...wanted.entries()];

say(`${wanted.length} cases, runtime ${runtime}${drawn > 0 ? `, seed ${values.seed}` : ''}`);
// An engine of its own goes with it.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
// The tests look at one engine at a time.
const atOnce = values.engine ? 1 : Number(values.parallel);
let own: { engine: OwnEngine; liveRestore: boolean } | undefined;
const machineEngine = process.env['DOCKER_HOST'];
await Promise.all(Array.from({ length: atOnce }, work));
await own?.engine.close();

const by = (result: CrashResult['result']) => results.filter((one) => one.result === result);
const recoveries = results.flatMap(({ recovery }) => recovery ?? []).sort((a, b) => a - b);
const at = (share: number) =>
  recoveries[Math.min(Math.floor(recoveries.length * share), recoveries.length - 1)];
say('');
say(`ok ${by('ok').length}, never came to the point ${by('missed').length}, broken ${by('broken').length}`);
say(`recovery: median ${at(0.5)} ms, 95 % ${at(0.95)} ms, longest ${recoveries.at(-1)} ms`);
say(`took ${Math.round((Date.now() - begun) / 1000)} s`);
// What is drawn may name a time that a story does not have; what is listed may not.
process.exit(by('broken').length + (drawn > 0 ? 0 : by('missed').length) > 0 ? 1 : 0);

async function work(): Promise<void> {
  for (let next = queue.shift(); next; next = queue.shift()) {
    const [index, one] = next;
    const engine = one.engine && (await engineFor(one.engine.liveRestore));
    const result = await runCase(one, runtime, privateKey, engine).catch(
      (error: unknown): CrashResult => ({ case: one, result: 'broken', problems: [String(error)], log: '' }),
    );
    results.push(result);
    const took = result.recovery === undefined ? '' : `${result.recovery} ms`;
    say(`${String(index + 1).padStart(4)}  ${nameOf(one).padEnd(58)} ${result.result.padEnd(7)} ${took}`);
    for (const problem of result.problems) say(`      ${problem.replaceAll('\n', '\n      ')}`);
    if (result.problems.length > 0 && values.logs) {
      mkdirSync(values.logs, { recursive: true });
      writeFileSync(join(values.logs, `${nameOf(one).replaceAll(/[^\w]+/g, '-')}.log`), result.log);
    }
  }
}

function listed(): CrashCase[] {
  if (values.engine) return engineCases();
  return drawn > 0 ? randomCases(drawn, generator(Number(values.seed))) : allCases();
}

/** The one that is there where it fits; its images take a while to be brought over. */
async function engineFor(liveRestore: boolean): Promise<OwnEngine> {
  if (own?.liveRestore === liveRestore) return own.engine;
  if (machineEngine === undefined) delete process.env['DOCKER_HOST'];
  else process.env['DOCKER_HOST'] = machineEngine;
  await own?.engine.close();
  own = undefined;
  const engine = await startOwnEngine({ images: [imageName(command)], liveRestore });
  own = { engine, liveRestore };
  process.env['DOCKER_HOST'] = engine.host;
  return engine;
}

function nameOf({ point, nth, signal, story, duplicate, machine, engine }: CrashCase): string {
  const died = engine
    ? [`engine ${engine.by}`, `service ${engine.service}`, engine.liveRestore && 'live-restore']
    : [signal];
  const words = [point, ...died, story, nth > 1 && `time ${nth}`, duplicate && 'twice', machine && 'machine'];
  return words.filter(Boolean).join(' ');
}
