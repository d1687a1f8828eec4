/** Opens the database of a data directory: owner's lock, integrity check, migrations, connections. */
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import Database from 'better-sqlite3';
import { Kysely, type Transaction } from 'kysely';
import { type Migration, type MigrationProvider, Migrator } from 'kysely/migration';
import { keepCheckpoints } from './checkpoints.ts';
import { ImmediateSqliteDialect } from './dialect.ts';
import { type Inbox, openInbox } from './inbox.ts';
import { configure } from './pragmas.ts';
import type { Schema } from './schema.ts';

export type Db = Kysely<Schema>;
export type Tx = Transaction<Schema>;
/** What queries run on: inside a transaction only its `tx`, since there is one connection. */
export type Executor = Db | Tx;

export interface Store {
  db: Db;
  inbox: Inbox;
  close(): Promise<void>;
}

/** Something about the data directory that a person has to mend; its message says what and how. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
}

/** @throws {StoreError} when another process owns the directory, the file is damaged or its schema is newer. */
export async function openStore(dataDir: string): Promise<Store> {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const lock = takeOwnership(dataDir);
  const opened: Database.Database[] = [lock];
  const connect = (): Database.Database => {
    const database = new Database(path);
    opened.push(database);
    return database;
  };
  const path = join(dataDir, 'prlt.db');
  try {
    const database = connect();
    checkIntegrity(database, path);
    configure(database);
    const db: Db = new Kysely<Schema>({ dialect: new ImmediateSqliteDialect(database) });
    await migrate(db, path);
    const inbox = openInbox(path);
    const checkpoints = keepCheckpoints(path);
    return {
      db,
      inbox,
      close: async () => {
        await inbox.close();
        await checkpoints.close();
        await db.destroy();
        lock.close();
      },
    };
  } catch (error) {
    for (const database of opened) database.close();
    throw error;
  }
}

/** @throws {StoreError} when another process has it. An exclusive SQLite transaction is a lock that the operating system frees with the process. */
export function takeOwnership(dataDir: string): Database.Database {
  const lock = new Database(join(dataDir, 'owner.lock'), { timeout: 0 });
  try {
    lock.exec('begin exclusive');
    return lock;
  } catch {
    lock.close();
    throw new StoreError(
      `Another prlt process uses ${dataDir}. Stop it first, or set PRLT_DATA_DIR to another directory.`,
    );
  }
}

function checkIntegrity(database: Database.Database, path: string): void {
  let found: unknown;
  try {
    found = database.pragma('quick_check', { simple: true });
  } catch (error) {
    found = error instanceof Error ? error.message : error;
  }
  if (found === 'ok') return;
  throw new StoreError(
    `The database ${path} is damaged (${String(found)}). Nothing was changed: restore it from a backup.`,
  );
}

async function migrate(db: Db, path: string): Promise<void> {
  const migrator = new Migrator({ db, provider: migrationFiles() });
  const known = new Set((await migrator.getMigrations()).map((one) => one.name));
  const executed = await executedMigrations(db);
  const newer = executed.filter((name) => !known.has(name));
  if (newer.length > 0) {
    throw new StoreError(
      `The database ${path} was written by a newer prlt (${newer.join(', ')}). Start that version, or restore an older backup.`,
    );
  }
  const { error } = await migrator.migrateToLatest();
  if (error) throw error;
}

async function executedMigrations(db: Db): Promise<string[]> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true });
  if (!tables.some((table) => table.name === 'kysely_migration')) return [];
  const rows = await db
    .withTables<{ kysely_migration: { name: string } }>()
    .selectFrom('kysely_migration')
    .select('name')
    .execute();
  return rows.map((row) => row.name);
}

function migrationFiles(): MigrationProvider {
  const folder = join(import.meta.dirname, '../../migrations');
  return {
    async getMigrations() {
      const found: Record<string, Migration> = {};
      for (const file of readdirSync(folder)
        .filter((name) => name.endsWith('.ts'))
        .sort()) {
        found[file.replace(/\.ts$/, '')] = await import(pathToFileURL(join(folder, file)).href);
      }
      return found;
    },
  };
}
