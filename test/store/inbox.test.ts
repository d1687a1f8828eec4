/** A delivery that was acknowledged is on disk, once, whatever else the store is doing. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { decompress } from '#src/store/compression.ts';
import { deliveryDone, deliveryFailed, nextDelivery, pendingDeliveries } from '#src/store/deliveries.ts';
import type { Delivery } from '#src/store/inbox.ts';
import { scratchDir, scratchStore } from './scratch.ts';

function delivery(guid: string, over: Partial<Delivery> = {}): Delivery {
  return {
    guid,
    source: 'github',
    event: 'issues',
    body: Buffer.from(`{"n":"${guid}"}`),
    receivedAt: 1,
    ...over,
  };
}

describe('adding', () => {
  test('the same GUID twice is one delivery, the first', async () => {
    const { inbox, db } = await scratchStore();
    expect(await inbox.add(delivery('a'))).toBe('stored');
    expect(await inbox.add(delivery('a', { body: Buffer.from('{"other":1}') }))).toBe('known');
    const stored = await pendingDeliveries(db, 'github', 1, 10);
    expect(stored.map((row) => decompress(row).toString())).toEqual(['{"n":"a"}']);
  });

  test('the same GUID twice in one turn is told apart too', async () => {
    const { inbox } = await scratchStore();
    expect(await Promise.all([inbox.add(delivery('a')), inbox.add(delivery('a'))])).toEqual([
      'stored',
      'known',
    ]);
  });

  test.each<[what: string, body: Buffer]>([
    ['that do not compress', Buffer.from([0x7b, 0x00, 0xff, 0xfe, 0x7d])],
    ['that do', Buffer.from(`{${'"é": "\\u0000", '.repeat(1_000)}}`)],
    ['of the largest delivery', Buffer.alloc(25 * 2 ** 20, '{ }')],
    ['that are none', Buffer.alloc(0)],
  ])('the bytes stay as they came: %s', async (_what, body) => {
    const { inbox, db } = await scratchStore();
    await inbox.add(delivery('a', { body }));
    const [stored] = await pendingDeliveries(db, 'github', 1, 1);
    if (!stored) throw new Error('nothing is stored');
    expect(decompress(stored).equals(body)).toBe(true);
    expect(stored.body.length).toBeLessThanOrEqual(body.length / (stored.encoding ? 10 : 1));
  });

  test('200 at the same time are all there after opening again', async () => {
    const dir = await scratchDir();
    const store = await scratchStore(dir);
    const guids = Array.from({ length: 200 }, (_, index) => `g${index}`);
    const results = await Promise.all(guids.map((guid) => store.inbox.add(delivery(guid))));
    expect(new Set(results)).toEqual(new Set(['stored']));
    await store.close();
    const { db } = await scratchStore(dir);
    const rows = await db.selectFrom('deliveries').select('guid').execute();
    expect(new Set(rows.map((row) => row.guid))).toEqual(new Set(guids));
  });

  test('what was acknowledged survives a kill -9 in the same moment', async () => {
    const dir = await scratchDir();
    const openModule = pathToFileURL(join(import.meta.dirname, '../../src/store/open.ts')).href;
    const script = `
      import { openStore } from ${JSON.stringify(openModule)};
      const { inbox } = await openStore(${JSON.stringify(dir)});
      for (let n = 0; ; n += 1) {
        await inbox.add({ guid: 'g' + n, source: 'github', event: 'issues', body: Buffer.from('{}'), receivedAt: n });
        process.stdout.write(n + '\\n');
      }`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      if (said.length > 200) child.kill('SIGKILL');
    });
    await once(child, 'close');
    const acknowledged = said.split('\n').slice(0, -1);
    const { db } = await scratchStore(dir);
    const stored = new Set(
      (await db.selectFrom('deliveries').select('guid').execute()).map((row) => row.guid),
    );
    expect(acknowledged.length).toBeGreaterThan(20);
    expect(acknowledged.filter((n) => !stored.has(`g${n}`))).toEqual([]);
  });

  test('while a transaction of the engine is open, which is short, the delivery waits and is stored', async () => {
    const { inbox, db } = await scratchStore();
    await db.transaction().execute(async (tx) => {
      await tx.insertInto('meta').values({ name: 'engine', value: 'was here' }).execute();
    });
    const both = await Promise.all([
      db.transaction().execute(async (tx) => {
        for (let n = 0; n < 50; n += 1)
          await tx
            .insertInto('meta')
            .values({ name: `n${n}`, value: 'v' })
            .execute();
      }),
      ...Array.from({ length: 50 }, (_, n) => inbox.add(delivery(`g${n}`))),
    ]);
    expect(both.slice(1).every((result) => result === 'stored')).toBe(true);
    expect(await db.selectFrom('meta').selectAll().execute()).toHaveLength(51);
  });

  test('a full or closed database rejects, so that the sender hears it', async () => {
    const store = await scratchStore();
    await store.close();
    await expect(store.inbox.add(delivery('a'))).rejects.toThrow();
  });
});

describe('taking up', () => {
  test('oldest first and as they came, due ones only, of one source', async () => {
    const { inbox, db } = await scratchStore();
    await inbox.add(delivery('late', { receivedAt: 3 }));
    await inbox.add(delivery('b', { receivedAt: 2 }));
    await inbox.add(delivery('a', { receivedAt: 2 }));
    await inbox.add(delivery('other', { source: 'linear' }));
    await inbox.add(delivery('put-off', { receivedAt: 1 }));
    await deliveryFailed(db, 'put-off', 'GitHub is down', 1_000);
    const due = async (now: number, most = 10) =>
      (await pendingDeliveries(db, 'github', now, most)).map((one) => one.guid);
    expect(await due(999)).toEqual(['b', 'a', 'late']);
    expect(await due(1_000)).toEqual(['put-off', 'b', 'a', 'late']);
    expect(await due(1_000, 2)).toEqual(['put-off', 'b']);
  });

  test('what is done or given up does not come back', async () => {
    const { inbox, db } = await scratchStore();
    for (const guid of ['done', 'failed', 'waits']) await inbox.add(delivery(guid));
    await deliveryDone(db, 'done');
    await deliveryFailed(db, 'failed', 'never', undefined);
    await deliveryFailed(db, 'waits', 'not yet', 50);
    expect(
      (await pendingDeliveries(db, 'github', 100, 10)).map(({ guid, attempts }) => [guid, attempts]),
    ).toEqual([['waits', 1]]);
    expect(await nextDelivery(db)).toBe(50);
    await deliveryDone(db, 'waits');
    expect(await nextDelivery(db)).toBeUndefined();
  });

  test('a finished GUID that is sent again stays finished', async () => {
    const { inbox, db } = await scratchStore();
    await inbox.add(delivery('a'));
    await deliveryDone(db, 'a');
    expect(await inbox.add(delivery('a'))).toBe('known');
    await sleep(5);
    expect(await pendingDeliveries(db, 'github', 100, 10)).toEqual([]);
  });
});
