/** The service as a process: reads its settings, starts, and closes on SIGTERM or SIGINT. */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { pino } from 'pino';
import { namesFromFile, withEnvFile } from './config/env-file.ts';
import { withKeysOfFile } from './config/env-keys.ts';
import { isFirstStart, readFirstStart } from './config/first-start.ts';
import { applyNetwork } from './config/network.ts';
import { readSettings } from './config/settings.ts';
import { armed, type Crash, readArming } from './engine/crash-points.ts';
import { noAppYet } from './messages/setup.ts';
import { startService } from './service.ts';
import { setUp } from './setup.ts';
import { StoreError } from './store/open.ts';

/** Beyond this the process ends anyway, milliseconds: what is left open is found again at the next start. */
const longestGoodbye = 9_500;
const envFile = '.env';

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
const fromFile = namesFromFile(envFile, process.env);
// The environment wins over the file, so that what a container sets is what holds.
Object.assign(process.env, withEnvFile(envFile, process.env));
const unreachable = applyNetwork(process.env);
if (unreachable) refuse([unreachable]);
if (!values.check && isFirstStart(process.env)) await firstStart();

const read = readSettings(process.env);
if (!read.ok) refuse(isFirstStart(process.env) ? [...read.problems, noAppYet] : read.problems);
const crash = readArming(process.env);
if (!crash.ok) refuse([crash.problem]);
if (values.check) {
  process.stdout.write('The settings are complete.\n');
  process.exit(0);
}

const log = pino({
  level: read.settings.logLevel,
  redact: ['err.request', 'err.response.headers', 'err.event'],
});
if (read.settings.runtime === 'host') {
  log.warn('PRLT_RUNTIME=host: agents run as processes of this user, without a container around them');
}

try {
  const models = withKeysOfFile(read.settings.models, resolve(envFile), fromFile);
  const service = await startService({ ...read.settings, models }, log, dying());
  log.info(
    { url: service.url, dataDir: read.settings.dataDir, runtime: read.settings.runtime },
    'prlt is listening',
  );
  const stop = (signal: NodeJS.Signals): void => {
    log.info({ signal }, 'stopping; running agents go on');
    setTimeout(() => process.exit(0), longestGoodbye).unref();
    service.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ err: error }, 'could not stop cleanly');
        process.exit(1);
      },
    );
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
} catch (error) {
  if (error instanceof StoreError) process.stderr.write(`prlt cannot start: ${error.message}\n`);
  else log.fatal({ err: error }, 'prlt cannot start');
  process.exit(1);
}

/** Nothing, unless a test armed a point to die at. */
function dying(): Crash | undefined {
  if (!crash.ok || !crash.arming) return undefined;
  log.warn(crash.arming, 'PRLT_CRASH_AT: this service kills itself at a point');
  return armed(crash.arming, (signal) => process.kill(process.pid, signal));
}

function refuse(problems: string[]): never {
  process.stderr.write(`prlt cannot start:\n${problems.map((problem) => `  - ${problem}\n`).join('')}`);
  process.exit(1);
}

/** Leads the person to an App; what was written for the next start holds for this one as well. */
async function firstStart(): Promise<void> {
  const first = readFirstStart(process.env);
  if (!first.ok) refuse(first.problems);
  const leave = (): never => process.exit(0);
  process.once('SIGTERM', leave);
  process.once('SIGINT', leave);
  const made = await setUp(first.start, envFile, (text) => process.stdout.write(text));
  process.off('SIGTERM', leave);
  process.off('SIGINT', leave);
  if (!made) process.exit(1);
  Object.assign(process.env, made);
}
