/** `prlt doctor`: looks at everything that prlt stands on, and says what is weak or broken and what to do. */
import { parseArgs } from 'node:util';
import Dockerode from 'dockerode';
import { type FirstStart, isFirstStart, readFirstStart } from '../config/first-start.ts';
import { readSettings, type Settings } from '../config/settings.ts';
import { readAppDescription } from '../setup.ts';
import type { CliCommand } from './command.ts';
import { checkDatabase } from './doctor/database.ts';
import { checkDisk } from './doctor/disk.ts';
import { checkEngine, engineRoot } from './doctor/engine.ts';
import { judgeActions, judgeListening, judgeRuntime } from './doctor/exposure.ts';
import { broken, type Finding, weak } from './doctor/finding.ts';
import { checkGit } from './doctor/git.ts';
import { checkGitHub, reach } from './doctor/github.ts';
import { checkMachine } from './doctor/machine.ts';
import { checkModels } from './doctor/models.ts';
import { report } from './doctor/report.ts';
import { judgeKey, judgeSecret } from './doctor/secrets.ts';

/** What is looked at while there are no settings yet. */
const usual = { concurrency: 3, memory: 8 * 2 ** 30 };

export const doctor: CliCommand = {
  name: 'doctor',
  usage: 'doctor [--json]',
  summary: 'Looks at engine, git, disk, GitHub and settings, and says what is weak or broken',
  async run(args, { env, out, err }) {
    let json: boolean;
    try {
      json = parseArgs({ args: [...args], options: { json: { type: 'boolean', default: false } } }).values
        .json;
    } catch (error) {
      err(`${error instanceof Error ? error.message : String(error)}\nUsage: prlt doctor [--json]\n`);
      return 2;
    }
    const findings = await examine(env);
    const isBroken = findings.some(({ state }) => state === 'broken');
    out(json ? `${JSON.stringify({ healthy: !isBroken, findings }, null, 2)}\n` : report(findings));
    return isBroken ? 1 : 0;
  },
};

/** All checks, in the order in which they are read. */
export async function examine(env: Record<string, string | undefined>): Promise<Finding[]> {
  const read = readSettings(env);
  const settings = read.ok ? read.settings : undefined;
  const first = readFirstStart(env);
  // What does not depend on the App is looked at before there is one.
  const known = first.ok ? first.start : undefined;
  const docker = known?.runtime === 'host' ? undefined : new Dockerode();
  const [git, engine, engineDir, configured] = await Promise.all([
    checkGit(),
    docker ? checkEngine(docker) : [],
    docker ? engineRoot(docker) : undefined,
    settings ? checkGitHub(settings, readAppDescription()) : known ? reach(known.github.api) : [],
  ]);
  return [
    ...(read.ok ? [] : isFirstStart(env) && known ? [nothingYet] : read.problems.map(setting)),
    ...checkMachine(known?.ceilings ?? usual),
    ...engine,
    ...git,
    ...(known ? await checkStorage(known, engineDir) : []),
    ...(settings ? checkSecrets(settings) : []),
    ...(known ? await checkModels(known.models.providers) : []),
    ...(known ? [judgeListening(known.host), judgeRuntime(known.runtime)] : []),
    ...configured,
    judgeActions(),
  ];
}

const setting = (problem: string): Finding =>
  broken('settings', problem, 'Set it in the environment or in `.env`.');

const nothingYet = weak(
  'settings',
  'There is no GitHub App yet.',
  '`npm start` leads to one of your own; one that is there already goes into the environment or `.env` (docs/installing.md).',
);

async function checkStorage(settings: FirstStart, engineDir: string | undefined): Promise<Finding[]> {
  const { dataDir, watermarks } = settings;
  return [...(await checkDisk(dataDir, engineDir, watermarks.disk)), ...checkDatabase(dataDir)];
}

function checkSecrets({ privateKey, webhookSecret }: Settings): Finding[] {
  return [judgeKey(privateKey), judgeSecret(webhookSecret)];
}
