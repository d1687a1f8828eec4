/** A backup is one SQLite file: the database as it was at one moment, with the files that it speaks of in a table. */
import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { chmod, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { StoreError, takeOwnership } from './open.ts';

/** Work that GitHub does not have: kept for people, or handed over and not yet published. Mirrors are fetched again. */
const wanted = /^(kept\/[^/]+\.bundle|handover\/[^/]+\/branch\.bundle)$/;
const partSize = 2 ** 20;

/**
 * Writes a backup to `file`, which must not be there; the service may be running. The files are read after the
 * database: one that was published meanwhile is missing then, and is found on GitHub.
 *
 * @throws {StoreError} when there is nothing to back up, or something is at `file`
 */
export async function backUp(dataDir: string, file: string, now: number): Promise<{ files: number }> {
  const source = join(dataDir, 'prlt.db');
  if (!existsSync(source)) throw new StoreError(`There is no database at ${source}. Is PRLT_DATA_DIR right?`);
  if (existsSync(file)) throw new StoreError(`${file} is there already; name another file.`);
  const part = `${file}.part`;
  await rm(part, { force: true });
  try {
    await copyDatabase(source, part);
    const copy = new Database(part);
    try {
      // A file of its own, with nothing beside it.
      copy.pragma('journal_mode = DELETE');
      copy.exec('create table backup_files (path text, part integer, bytes blob, primary key (path, part))');
      copy.exec('create table backup_facts (made_at integer)');
      copy.prepare('insert into backup_facts values (?)').run(now);
      const files = workFiles(dataDir);
      for (const path of files) store(copy, dataDir, path);
      await chmod(part, 0o600);
      await rename(part, file);
      return { files: files.length };
    } finally {
      copy.close();
    }
  } finally {
    await rm(part, { force: true });
  }
}

/** All pages in one step, so that a busy writer cannot make it start over. */
async function copyDatabase(source: string, target: string): Promise<void> {
  const database = new Database(source, { readonly: true, timeout: 5_000 });
  try {
    await database.backup(target, { progress: () => 0x7fffffff });
  } finally {
    database.close();
  }
}

function workFiles(dataDir: string): string[] {
  return ['kept', 'handover']
    .filter((folder) => existsSync(join(dataDir, folder)))
    .flatMap((folder) =>
      readdirSync(join(dataDir, folder), { recursive: true, encoding: 'utf8' }).map(
        (name) => `${folder}/${name}`,
      ),
    )
    .filter((path) => wanted.test(path));
}

function store(copy: Database.Database, dataDir: string, path: string): void {
  const insert = copy.prepare('insert into backup_files values (?, ?, ?)');
  let handle: number;
  try {
    handle = openSync(join(dataDir, path), 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  try {
    const buffer = Buffer.alloc(partSize);
    for (let part = 0; ; part += 1) {
      const length = readSync(handle, buffer, 0, partSize, null);
      if (length === 0) return;
      insert.run(path, part, buffer.subarray(0, length));
    }
  } finally {
    closeSync(handle);
  }
}

/**
 * Puts a backup in the place of the database of `dataDir`; no service may be running there. What was there before is
 * kept beside it. The next start looks on GitHub before it writes anything that the backup does not know of.
 *
 * @throws {StoreError} when the directory is in use, or `file` is damaged or no backup
 */
export function restore(dataDir: string, file: string, now: number): { madeAt: number; before?: string } {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const lock = takeOwnership(dataDir);
  const part = join(dataDir, 'prlt.db.part');
  try {
    rmSync(part, { force: true });
    if (!existsSync(file)) throw new StoreError(`There is no file ${file}.`);
    copyFileSync(file, part);
    const madeAt = unpack(part, dataDir, now);
    const before = putAside(dataDir, now);
    renameSync(part, join(dataDir, 'prlt.db'));
    return { madeAt, ...(before ? { before } : {}) };
  } finally {
    rmSync(part, { force: true });
    lock.close();
  }
}

function unpack(part: string, dataDir: string, now: number): number {
  const copy = new Database(part);
  try {
    const madeAt = checked(copy);
    for (const path of copy.prepare('select distinct path from backup_files').pluck().all() as string[]) {
      if (wanted.test(path) && !path.includes('..')) write(copy, dataDir, path);
    }
    copy.exec('drop table backup_files; drop table backup_facts');
    // Without the room that files, and rows forgotten since, took.
    copy.exec('vacuum');
    copy
      .prepare(
        'insert into meta (name, value) values (?, ?) on conflict (name) do update set value = excluded.value',
      )
      .run(restoredName, String(now));
    return madeAt;
  } finally {
    copy.close();
  }
}

/** Under this name `meta` says when the database was restored. */
export const restoredName = 'restored-at';

function checked(copy: Database.Database): number {
  try {
    if (copy.pragma('quick_check', { simple: true }) === 'ok')
      return copy.prepare('select made_at from backup_facts').pluck().get() as number;
  } catch {
    // Said below.
  }
  throw new StoreError('The file is damaged, or not one that `prlt backup` made. Nothing was changed.');
}

function write(copy: Database.Database, dataDir: string, path: string): void {
  const target = join(dataDir, path);
  mkdirSync(dirname(target), { recursive: true, mode: 0o700 });
  const handle = openSync(target, 'w', 0o600);
  try {
    const parts = copy.prepare('select bytes from backup_files where path = ? order by part').pluck();
    for (const bytes of parts.iterate(path)) writeSync(handle, bytes as Buffer);
  } finally {
    closeSync(handle);
  }
}

/** With its log of changes, which belongs to it. */
function putAside(dataDir: string, now: number): string | undefined {
  const database = join(dataDir, 'prlt.db');
  if (!existsSync(database)) return undefined;
  const before = join(dataDir, `prlt.db.before-${new Date(now).toISOString().replaceAll(/[:.]/g, '-')}`);
  for (const suffix of ['', '-wal', '-shm']) {
    if (existsSync(database + suffix)) renameSync(database + suffix, before + suffix);
  }
  return before;
}
