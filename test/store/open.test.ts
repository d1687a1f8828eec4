/** One owner per directory, nothing lost at power loss, damage and newer schemas refused without touching the file. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import Database from 'better-sqlite3';
import { sql } from 'kysely';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openStore, StoreError } from '#src/store/open.ts';
import { scratchDir, scratchStore } from './scratch.ts';

const openModule = pathToFileURL(join(import.meta.dirname, '../../src/store/open.ts')).href;

/** Another process that opens the directory and tells what came of it; it stays until it is killed. */
async function openElsewhere(dir: string) {
  const script = `
    import { openStore } from ${JSON.stringify(openModule)};
    try {
      await openStore(${JSON.stringify(dir)});
      process.stdout.write('opened\\n');
      setInterval(() => undefined, 1000);
    } catch (error) {
      process.stdout.write(error.name + ': ' + error.message + '\\n');
    }`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [said] = await once(child.stdout, 'data');
  return { said: String(said).trim(), child };
}

function tablesOf(dir: string): string[] {
  const database = new Database(join(dir, 'prlt.db'), { readonly: true });
  const rows = database.prepare("select name from sqlite_master where type = 'table'").all() as {
    name: string;
  }[];
  database.close();
  return rows.map((row) => row.name);
}

describe('connections', () => {
  test('use a write-ahead log and wait for the disk at every commit', async () => {
    const { db } = await scratchStore();
    const pragma = async (name: string) =>
      (await sql<Record<string, unknown>>`pragma ${sql.raw(name)}`.execute(db)).rows[0];
    expect(await pragma('journal_mode')).toEqual({ journal_mode: 'wal' });
    expect(await pragma('synchronous')).toEqual({ synchronous: 2 });
    expect(await pragma('foreign_keys')).toEqual({ foreign_keys: 1 });
  });

  test('begin transactions as writers, so that a late write cannot fail', async () => {
    const dir = await scratchDir();
    const { db } = await scratchStore(dir);
    const other = new Database(join(dir, 'prlt.db'), { timeout: 0 });
    onTestFinished(() => void other.close());
    await db.transaction().execute(async (tx) => {
      await tx.selectFrom('meta').selectAll().execute();
      expect(() => other.exec("insert into meta values ('x', 'y')")).toThrow(/locked/);
    });
    expect(() => other.exec("insert into meta values ('x', 'y')")).not.toThrow();
  });

  test('a transaction that throws leaves nothing', async () => {
    const { db } = await scratchStore();
    const failing = db.transaction().execute(async (tx) => {
      await tx.insertInto('meta').values({ name: 'a', value: 'b' }).execute();
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await db.selectFrom('meta').selectAll().execute()).toEqual([]);
  });
});

describe('one owner', () => {
  test('a second one in this process is refused with what to do', async () => {
    const dir = await scratchDir();
    await scratchStore(dir);
    await expect(openStore(dir)).rejects.toThrow(StoreError);
    await expect(openStore(dir)).rejects.toThrow(/Another prlt process.*PRLT_DATA_DIR/);
  });

  test('another process is refused while this one owns it', async () => {
    const dir = await scratchDir();
    await scratchStore(dir);
    expect((await openElsewhere(dir)).said).toMatch(/^StoreError: Another prlt process/);
  });

  test('a killed process frees the directory at once', async () => {
    const dir = await scratchDir();
    const { said, child } = await openElsewhere(dir);
    expect(said).toBe('opened');
    await expect(openStore(dir)).rejects.toThrow(StoreError);
    child.kill('SIGKILL');
    await once(child, 'exit');
    const store = await scratchStore(dir);
    expect(await store.db.selectFrom('items').selectAll().execute()).toEqual([]);
  });

  test('closing frees it, and so does a failed start', async () => {
    const dir = await scratchDir();
    const first = await scratchStore(dir);
    await first.close();
    writeFileSync(join(dir, 'prlt.db'), 'no database at all, but long enough to have a header '.repeat(100));
    await expect(openStore(dir)).rejects.toThrow();
    writeFileSync(join(dir, 'prlt.db'), '');
    await expect(scratchStore(dir)).resolves.toBeDefined();
  });
});

describe('files that are not to be touched', () => {
  test('a file that is no database is refused by name and kept as it is', async () => {
    const dir = await scratchDir();
    const path = join(dir, 'prlt.db');
    const bytes = Buffer.from('this was somebody’s only copy '.repeat(400));
    writeFileSync(path, bytes);
    await expect(openStore(dir)).rejects.toThrow(/damaged.*backup/);
    await expect(openStore(dir)).rejects.toBeInstanceOf(StoreError);
    expect(readFileSync(path).equals(bytes)).toBe(true);
  });

  test('a database with broken pages is refused by name and kept as it is', async () => {
    const dir = await scratchDir();
    const path = join(dir, 'prlt.db');
    const store = await scratchStore(dir);
    for (let n = 0; n < 200; n += 1)
      await store.db
        .insertInto('meta')
        .values({ name: `n${n}`, value: 'v'.repeat(500) })
        .execute();
    await store.close();
    const bytes = readFileSync(path);
    bytes.fill(0xff, 4096 * 5, bytes.length - 4096);
    writeFileSync(path, bytes);
    await expect(openStore(dir)).rejects.toThrow(/damaged.*backup/);
    expect(readFileSync(path).equals(bytes)).toBe(true);
  });

  test('a newer schema is refused with the name of what is not known', async () => {
    const dir = await scratchDir();
    const store = await scratchStore(dir);
    await sql`insert into kysely_migration (name, timestamp) values ('9999-from-the-future', 'now')`.execute(
      store.db,
    );
    await store.close();
    await expect(openStore(dir)).rejects.toThrow(/newer prlt \(9999-from-the-future\)/);
    await expect(openStore(dir)).rejects.toBeInstanceOf(StoreError);
  });
});

describe('migrations', () => {
  test('a migration that fails half-way leaves nothing of itself', async () => {
    const dir = await scratchDir();
    const database = new Database(join(dir, 'prlt.db'));
    database.exec('create table effects (in_the_way text)');
    database.close();
    await expect(openStore(dir)).rejects.toThrow(/effects/);
    expect(tablesOf(dir).filter((name) => !name.startsWith('kysely_'))).toEqual(['effects']);

    const again = new Database(join(dir, 'prlt.db'));
    again.exec('drop table effects');
    again.close();
    const store = await scratchStore(dir);
    expect(await store.db.selectFrom('effects').selectAll().execute()).toEqual([]);
  });

  test('a second start finds what the first one wrote', async () => {
    const dir = await scratchDir();
    const first = await scratchStore(dir);
    await first.db.insertInto('meta').values({ name: 'kept', value: 'yes' }).execute();
    await first.close();
    const second = await scratchStore(dir);
    expect(await second.db.selectFrom('meta').selectAll().execute()).toEqual([
      { name: 'kept', value: 'yes' },
    ]);
  });
});
