import { expect, test } from 'vitest';
import { deliveryDone, forgetDeliveries, pendingDeliveries } from '#src/store/deliveries.ts';
import { scratchStore } from './scratch.ts';

test('only deliveries that were dealt with are forgotten, once they are old', async () => {
  const { db } = await scratchStore();
  for (const [guid, at] of [
    ['old-done', 10],
    ['old-pending', 10],
    ['new-done', 90],
  ] as const) {
    await db
      .insertInto('deliveries')
      .values({
        guid,
        source: 'github',
        event: 'issues',
        body: Buffer.from('{}'),
        received_at: at,
        error: null,
      })
      .execute();
  }
  await deliveryDone(db, 'old-done');
  await deliveryDone(db, 'new-done');

  expect(await forgetDeliveries(db, 50)).toBe(1);

  expect((await pendingDeliveries(db, 'github', 100, 10)).map((one) => one.guid)).toEqual(['old-pending']);
  const left = await db.selectFrom('deliveries').select('guid').orderBy('guid').execute();
  expect(left.map((one) => one.guid)).toEqual(['new-done', 'old-pending']);
});
