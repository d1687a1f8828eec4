/** `prlt restore`: puts a backup in the place of the database, while the service is stopped. */
import { resolve } from 'node:path';
import { restore as restoreBackup } from '../store/backup.ts';
import { StoreError } from '../store/open.ts';
import type { CliCommand } from './command.ts';
import { dataDirOf } from './data-dir.ts';

export const restore: CliCommand = {
  name: 'restore',
  usage: 'restore <file>',
  summary: 'Puts a backup in the place of the database; the service must be stopped',
  async run(args, { env, out, err }) {
    const [file] = args;
    if (file === undefined || args.length > 1 || file.startsWith('-')) {
      err(`Usage: prlt ${restore.usage}\n`);
      return 2;
    }
    try {
      const { madeAt, before } = restoreBackup(dataDirOf(env), resolve(file), Date.now());
      out(`Restored the backup of ${new Date(madeAt).toISOString()}. Start the service again.\n`);
      if (before) out(`What was there before is ${before}; delete it when all is well.\n`);
      return 0;
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      err(`${error.message}\n`);
      return 1;
    }
  },
};
