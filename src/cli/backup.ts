/** `prlt backup`: one file with all that a restored service needs; the service may go on meanwhile. */
import { resolve } from 'node:path';
import { backUp } from '../store/backup.ts';
import { StoreError } from '../store/open.ts';
import type { CliCommand } from './command.ts';
import { dataDirOf } from './data-dir.ts';

export const backup: CliCommand = {
  name: 'backup',
  usage: 'backup <file>',
  summary: 'Writes a backup to a new file; the service may be running',
  async run(args, { env, out, err }) {
    const [file] = args;
    if (file === undefined || args.length > 1 || file.startsWith('-')) {
      err(`Usage: prlt ${backup.usage}\n`);
      return 2;
    }
    try {
      const { files } = await backUp(dataDirOf(env), resolve(file), Date.now());
      const work = files === 0 ? '' : ` and ${files} ${files === 1 ? 'file' : 'files'} of work`;
      out(
        `${resolve(file)} has the database${work}. Keep it as safe as the private key: it has the key of our markers.\n`,
      );
      return 0;
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      err(`${error.message}\n`);
      return 1;
    }
  },
};
