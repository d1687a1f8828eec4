/** `prlt prompt`: the exact first prompt of a run, whole; the service may be running. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { CliCommand } from './command.ts';
import { dataDirOf } from './data-dir.ts';

export const prompt: CliCommand = {
  name: 'prompt',
  usage: 'prompt <run>',
  summary: 'Prints what the agent of a run was told first, as it was',
  async run(args, { env, out, err }) {
    const [run] = args;
    if (run === undefined || args.length > 1 || run.startsWith('-')) {
      err(`Usage: prlt ${prompt.usage}\n`);
      return 2;
    }
    const path = join(dataDirOf(env), 'prlt.db');
    if (!existsSync(path)) {
      err(`There is no database at ${path}. Is PRLT_DATA_DIR right?\n`);
      return 1;
    }
    const text = promptOf(path, run);
    if (text === undefined) {
      err(`There is no run ${run} that was given a prompt, or it is forgotten (PRLT_KEEP_DAYS).\n`);
      return 1;
    }
    // Nothing is added, so that its SHA-256 is the one that `/prlt peek --prompt` tells.
    out(text);
    return 0;
  },
};

function promptOf(path: string, run: string): string | undefined {
  const database = new Database(path, { readonly: true });
  try {
    const query = database.prepare("select json_extract(assignment, '$.prompt.text') from runs where id = ?");
    return query.pluck().get(run) as string | undefined;
  } finally {
    database.close();
  }
}
