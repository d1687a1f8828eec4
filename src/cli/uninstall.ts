/** `prlt uninstall`: takes what this installation has on the engine off it, and says what is left to do by hand. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import Dockerode from 'dockerode';
import { type Belonging, belongingsOf, removeBelongings } from '../runtimes/docker/belongings.ts';
import { EngineUnavailable } from '../runtimes/docker/engine.ts';
import { StoreError, takeOwnership } from '../store/open.ts';
import type { CliCommand, Terminal } from './command.ts';
import { dataDirOf } from './data-dir.ts';

export const uninstall: CliCommand = {
  name: 'uninstall',
  usage: 'uninstall [--yes]',
  summary: 'Lists what is on the engine, and removes it with --yes; the service must be stopped',
  async run(args, terminal) {
    const confirmed = args[0] === '--yes';
    if (args.length > (confirmed ? 1 : 0)) {
      terminal.err(`Usage: prlt ${uninstall.usage}\n`);
      return 2;
    }
    const dataDir = dataDirOf(terminal.env);
    let lock: Database.Database | undefined;
    try {
      const path = join(dataDir, 'prlt.db');
      if (!existsSync(path)) throw new StoreError(`There is no database at ${path}. Is PRLT_DATA_DIR right?`);
      lock = takeOwnership(dataDir);
      return await take(installationOf(path), dataDir, confirmed, terminal);
    } catch (error) {
      if (!(error instanceof StoreError || error instanceof EngineUnavailable)) throw error;
      const todo = error instanceof EngineUnavailable ? ` ${noEngine}` : '';
      terminal.err(`${error.message}${todo}\n`);
      return 1;
    } finally {
      lock?.close();
    }
  },
};

const noEngine =
  'Nothing was removed: start the engine, or set DOCKER_HOST. A service that only ever ran with PRLT_RUNTIME=host has nothing there.';

function installationOf(path: string): string {
  let id: unknown;
  try {
    const database = new Database(path, { readonly: true });
    try {
      id = database.prepare("select value from meta where name = 'installation'").pluck().get();
    } finally {
      database.close();
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new StoreError(`The database ${path} cannot be read (${reason}); nothing was removed.`);
  }
  // It is made at the first start, before anything on the engine. Without it every label would match.
  if (typeof id !== 'string' || id === '') {
    throw new StoreError(
      `${path} has no installation: prlt never started with it, so nothing is on the engine.`,
    );
  }
  return id;
}

async function take(
  installation: string,
  dataDir: string,
  confirmed: boolean,
  { out, err }: Terminal,
): Promise<number> {
  const docker = new Dockerode();
  const found = await belongingsOf(docker, installation);
  out(listing(installation, found));
  if (found.length > 0 && !confirmed) {
    out('Nothing was removed: `prlt uninstall --yes` does it. Work in these volumes goes with them.\n');
    return 0;
  }
  const stayed = await removeBelongings(docker, found);
  for (const sentence of stayed) err(`${sentence}\n`);
  if (stayed.length > 0) return 1;
  if (found.length > 0) out('All of it was removed.\n');
  out(leftToDo(dataDir));
  return 0;
}

function listing(installation: string, found: readonly Belonging[]): string {
  if (found.length === 0) return `The installation ${installation} has nothing on the engine.\n`;
  const lines = found.map(({ kind, name }) => `  ${kind.padEnd(9)} ${name}\n`);
  return `The installation ${installation} has on the engine:\n${lines.join('')}`;
}

function leftToDo(dataDir: string): string {
  return [
    `Left as it was: ${dataDir}, with the database (prlt.db), the mirrors and work that was kept (kept/). Delete it when`,
    'nobody needs it, and the `.env` with the key of the App.',
    'On GitHub, delete the App by hand: Settings, Developer settings, GitHub Apps, the App, Advanced.',
    '',
  ].join('\n');
}
