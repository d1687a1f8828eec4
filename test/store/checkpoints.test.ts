/** The log of changes goes into the database while nobody commits, and is used anew after that. */
import { randomBytes } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { expect, onTestFinished, test } from 'vitest';
import type { Store } from '#src/store/open.ts';
import { configure } from '#src/store/pragmas.ts';
import { scratchDir, scratchStore } from './scratch.ts';

const body = randomBytes(2 ** 18);

/** Eight megabytes, each delivery durable. */
async function flood({ inbox }: Store, name: string): Promise<void> {
  await Promise.all(
    Array.from({ length: 32 }, (_, n) =>
      inbox.add({ guid: `${name}-${n}`, source: 'github', event: 'issues', body, receivedAt: n }),
    ),
  );
}

/** Looks from outside; such a look carries nothing over. */
function watch(dir: string): () => { log: number; checkpointed: number } {
  const database = new Database(join(dir, 'prlt.db'), { readonly: true });
  onTestFinished(() => void database.close());
  return () => (database.pragma('wal_checkpoint(NOOP)') as [{ log: number; checkpointed: number }])[0];
}

async function untilCarriedOver(look: ReturnType<typeof watch>): Promise<void> {
  for (const end = Date.now() + 20_000; Date.now() < end; await sleep(50)) {
    const { log, checkpointed } = look();
    if (log === checkpointed) return;
  }
  expect(look().checkpointed).toBe(look().log);
}

test('in a pause, without anybody committing; after that the log grows no further', async () => {
  const dir = await scratchDir();
  const store = await scratchStore(dir);
  const look = watch(dir);
  await flood(store, 'first');
  expect(look().log).toBeGreaterThan(2_000);
  await untilCarriedOver(look);
  const size = statSync(join(dir, 'prlt.db-wal')).size;
  for (const name of ['second', 'third']) {
    await flood(store, name);
    await untilCarriedOver(look);
  }
  expect(statSync(join(dir, 'prlt.db-wal')).size).toBeLessThan(1.5 * size);
});

test('no commit does it itself', async () => {
  const dir = await scratchDir();
  const database = new Database(join(dir, 'prlt.db'));
  onTestFinished(() => void database.close());
  configure(database);
  database.exec('create table bodies (body blob)');
  for (let n = 0; n < 32; n += 1) database.prepare('insert into bodies values (?)').run(body);
  const { log, checkpointed } = watch(dir)();
  expect(log).toBeGreaterThan(2_000);
  expect(checkpointed).toBe(0);
});

test('closing leaves one file with everything', async () => {
  const dir = await scratchDir();
  const store = await scratchStore(dir);
  const look = watch(dir);
  await flood(store, 'first');
  await untilCarriedOver(look);
  await flood(store, 'second');
  await store.close();
  const database = new Database(join(dir, 'prlt.db'));
  onTestFinished(() => void database.close());
  expect(
    database.prepare('select count(*) from deliveries where length(body) = ?').pluck().get(body.length),
  ).toBe(64);
  expect(database.pragma('quick_check', { simple: true })).toBe('ok');
});

test('nothing of the log is left where nobody else reads', async () => {
  const dir = await scratchDir();
  const store = await scratchStore(dir);
  await flood(store, 'first');
  await sleep(600);
  await store.close();
  expect(existsSync(join(dir, 'prlt.db-wal'))).toBe(false);
});
