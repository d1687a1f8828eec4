/** Real SQLite stores in temporary directories that end with their test. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { openStore, type Store } from '#src/store/open.ts';

export async function scratchDir(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'prlt-store-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

/** A store that is closed at the end of the test; closing it earlier is fine. */
export async function scratchStore(dir?: string): Promise<Store> {
  const store = await openStore(dir ?? (await scratchDir()));
  let closed = false;
  const close = async (): Promise<void> => {
    if (closed) return;
    closed = true;
    await store.close();
  };
  onTestFinished(close);
  return { ...store, close };
}
