/** The SQLite that comes with prlt, and the database in the data directory. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { keyToMend } from '../../messages/runner-waits.ts';
import { broken, type Finding, ok, reasonOf, weak } from './finding.ts';
import { isAtLeast, type Version, versionIn, written } from './version.ts';

/** Earlier ones can damage a database in WAL mode when it is reset. */
const floor: Version = [3, 51, 3];

export function judgeSqlite(version: string): Finding {
  const found = versionIn(version);
  if (found && isAtLeast(found, floor)) return ok('sqlite', `SQLite ${version}`);
  return weak(
    'sqlite',
    `SQLite ${version} can damage a database in WAL mode.`,
    `Run \`npm ci\`: prlt brings ${written(floor)} or newer along.`,
  );
}

/** @param said what SQLite's quick check answered */
export function judgeDatabase(path: string, said: string): Finding {
  if (said === 'ok') return ok('database', `${path} is whole`);
  return broken(
    'database',
    `${path} is damaged: ${said}.`,
    'Stop prlt and restore the database from a backup.',
  );
}

/** @param reasons of steps under which the service died each time */
export function judgeSetAside(reasons: readonly string[]): Finding[] {
  const todo =
    "Find out from the service's log what ended it, then give `/prlt start` on the items concerned.";
  return reasons.map((reason) => weak('quarantine', reason, todo));
}

/** @param waits of runners whose provider refuses the key; `since` in milliseconds since the epoch */
export function judgeKeys(waits: readonly { sentence: string; since: number }[]): Finding[] {
  return waits.map(({ sentence, since }) => {
    const { says, todo } = keyToMend(sentence, since);
    return weak('models', says, todo);
  });
}

function remembered(database: Database.Database): Finding[] {
  const parked = 'select reason from steps where parked_at is not null order by parked_at';
  const refused = "select sentence, since from runner_waits where reason = 'auth' order by since";
  return [
    ...judgeSetAside(rowsOf<{ reason: string }>(database, 'steps', parked).map(({ reason }) => reason)),
    ...judgeKeys(rowsOf(database, 'runner_waits', refused)),
  ];
}

/** None where the database is older than the table. */
function rowsOf<Row>(database: Database.Database, table: string, query: string): Row[] {
  const known = database.prepare('select 1 from sqlite_master where name = ?').get(table);
  return known ? (database.prepare(query).all() as Row[]) : [];
}

/** Reads only: prlt may be running. */
export function checkDatabase(dataDir: string): Finding[] {
  const memory = new Database(':memory:');
  const sqlite = judgeSqlite(memory.prepare('select sqlite_version()').pluck().get() as string);
  memory.close();
  const path = join(dataDir, 'prlt.db');
  if (!existsSync(path)) return [sqlite, ok('database', `${path} is made at the first start`)];
  try {
    const database = new Database(path, { readonly: true });
    try {
      const whole = judgeDatabase(path, String(database.pragma('quick_check', { simple: true })));
      return [sqlite, whole, ...(whole.state === 'ok' ? remembered(database) : [])];
    } finally {
      database.close();
    }
  } catch (error) {
    return [sqlite, judgeDatabase(path, reasonOf(error))];
  }
}
