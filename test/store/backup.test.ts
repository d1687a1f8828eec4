/** Backups: whole while others write, one file, and refused where they would do harm. */
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { backUp, restore, restoredName } from '#src/store/backup.ts';
import { metaValue } from '#src/store/meta.ts';
import { openStore } from '#src/store/open.ts';
import { scratchDir, scratchStore } from './scratch.ts';

const now = Date.UTC(2026, 10, 21);

function put(dir: string, path: string, content: string | Buffer): void {
  mkdirSync(join(dir, path, '..'), { recursive: true });
  writeFileSync(join(dir, path), content);
}

describe('a backup', () => {
  test('of a database that is written to all the while is one of its moments', async () => {
    const dir = await scratchDir();
    const { inbox } = await scratchStore(dir);
    const file = join(await scratchDir(), 'backup.db');
    let stopped = false;
    const writing = (async () => {
      for (let count = 0; !stopped; count += 1) {
        const pair = ['a', 'b'].map((half) =>
          inbox.add({
            guid: `${count}-${half}`,
            source: 'github',
            event: 'ping',
            body: Buffer.alloc(20_000),
            receivedAt: now,
          }),
        );
        await Promise.all(pair);
      }
    })();
    await inbox.add({
      guid: 'first',
      source: 'github',
      event: 'ping',
      body: Buffer.from('{}'),
      receivedAt: now,
    });
    await backUp(dir, file, now);
    stopped = true;
    await writing;
    const copy = new Database(file, { readonly: true });
    expect(copy.pragma('integrity_check', { simple: true })).toBe('ok');
    // Both halves of a pair are committed at once.
    const odd = "select count(*) from deliveries where guid <> 'first'";
    expect(Number(copy.prepare(odd).pluck().get()) % 2).toBe(0);
    expect(copy.prepare("select 1 from deliveries where guid = 'first'").pluck().get()).toBe(1);
    copy.close();
  });

  test('brings work along, byte by byte, and nothing else', async () => {
    const from = await scratchDir();
    const to = await scratchDir();
    const { db, close } = await scratchStore(from);
    await metaValue(db, 'installation', () => 'first');
    const large = Buffer.alloc(2_500_000, 'work');
    put(from, 'kept/run1.bundle', large);
    put(from, 'handover/run2/branch.bundle', 'on its way');
    put(from, 'handover/run2/repo.git/config', 'not this');
    put(from, 'mirrors/7.git/HEAD', 'nor this');
    const file = join(await scratchDir(), 'backup.db');
    expect(await backUp(from, file, now)).toEqual({ files: 2 });
    await close();
    expect(statSync(file).mode & 0o777).toBe(0o600);

    expect(restore(to, file, now + 1)).toEqual({ madeAt: now });
    expect(readFileSync(join(to, 'kept/run1.bundle')).equals(large)).toBe(true);
    expect(readFileSync(join(to, 'handover/run2/branch.bundle'), 'utf8')).toBe('on its way');
    expect(readdirSync(to).sort()).toEqual(['handover', 'kept', 'owner.lock', 'prlt.db']);
    const restored = await scratchStore(to);
    expect(await metaValue(restored.db, 'installation', () => 'second')).toBe('first');
    expect(await metaValue(restored.db, restoredName, () => '')).toBe(String(now + 1));
  });

  test('does not overwrite, and needs a database', async () => {
    const dir = await scratchDir();
    const file = join(await scratchDir(), 'backup.db');
    await expect(backUp(dir, file, now)).rejects.toThrow('There is no database');
    await scratchStore(dir);
    writeFileSync(file, 'mine');
    await expect(backUp(dir, file, now)).rejects.toThrow('is there already');
    expect(readFileSync(file, 'utf8')).toBe('mine');
  });
});

describe('a restore', () => {
  test('keeps what was there before, with its log', async () => {
    const dir = await scratchDir();
    const first = await scratchStore(dir);
    const file = join(await scratchDir(), 'backup.db');
    await backUp(dir, file, now);
    await metaValue(first.db, 'since', () => 'the backup');
    await first.close();
    writeFileSync(join(dir, 'prlt.db-wal'), '');
    const { before = '' } = restore(dir, file, now);
    expect(before).toContain('prlt.db.before-2026-11-21T00-00-00');
    expect(existsSync(`${before}-wal`)).toBe(true);
    expect(existsSync(join(dir, 'prlt.db-wal'))).toBe(false);
    const old = new Database(before, { readonly: true });
    expect(old.prepare("select value from meta where name = 'since'").pluck().get()).toBe('the backup');
    old.close();
    const store = await openStore(dir);
    expect(await metaValue(store.db, 'since', () => 'gone')).toBe('gone');
    await store.close();
  });

  test.each([
    ['is not a database', (file: string) => writeFileSync(file, 'x'.repeat(5_000))],
    [
      'is a database of something else',
      (file: string) => new Database(file).exec('create table t (a)').close(),
    ],
  ])('refuses a file that %s, and changes nothing', async (_, make) => {
    const dir = await scratchDir();
    const { close } = await scratchStore(dir);
    await close();
    const file = join(await scratchDir(), 'other.db');
    make(file);
    const before = readdirSync(dir);
    expect(() => restore(dir, file, now)).toThrow('not one that `prlt backup` made');
    expect(readdirSync(dir)).toEqual(before);
  });

  test('leaves no room for what was forgotten', async () => {
    const dir = await scratchDir();
    const { db, close } = await scratchStore(dir);
    for (let n = 0; n < 300; n += 1) await metaValue(db, `n${n}`, () => 'x'.repeat(10_000));
    await db.deleteFrom('meta').where('name', 'like', 'n%').execute();
    const file = join(await scratchDir(), 'backup.db');
    await backUp(dir, file, now);
    await close();
    expect(statSync(file).size).toBeGreaterThan(2_000_000);
    restore(dir, file, now);
    expect(statSync(join(dir, 'prlt.db')).size).toBeLessThan(1_000_000);
  });

  test('waits for nobody: a directory in use is refused', async () => {
    const dir = await scratchDir();
    await scratchStore(dir);
    expect(() => restore(dir, join(dir, 'any'), now)).toThrow('Another prlt process uses');
  });

  test('writes only where work lies, whatever the file says', async () => {
    const dir = await scratchDir();
    const to = await scratchDir();
    await scratchStore(dir);
    const file = join(await scratchDir(), 'backup.db');
    await backUp(dir, file, now);
    const forged = new Database(file);
    for (const path of [
      '../outside.bundle',
      'kept/../../outside.bundle',
      'prlt.db',
      'kept/..bundle/x.bundle',
    ])
      forged.prepare('insert into backup_files values (?, 0, ?)').run(path, Buffer.from('x'));
    forged.close();
    restore(to, file, now);
    expect(readdirSync(to).sort()).toEqual(['owner.lock', 'prlt.db']);
  });
});
