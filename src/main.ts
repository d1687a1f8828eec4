/** The service as a process: reads its settings, starts, and closes on SIGTERM or SIGINT. */
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { pino } from 'pino';
import { readSettings } from './config/settings.ts';
import { startService } from './service.ts';
import { StoreError } from './store/open.ts';

/** Beyond this the process ends anyway, milliseconds: what is left open is found again at the next start. */
const longestGoodbye = 9_500;

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
// The environment wins over the file, so that what a container sets is what holds.
if (existsSync('.env')) process.loadEnvFile('.env');

const read = readSettings(process.env);
if (!read.ok) {
  process.stderr.write(`prlt cannot start:\n${read.problems.map((problem) => `  - ${problem}\n`).join('')}`);
  process.exit(1);
}
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
  const service = await startService(read.settings, log);
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
