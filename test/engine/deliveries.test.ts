/** From the inbox into the handlers: what cannot be read is given up, and holds up nothing behind it. */
import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { createDeliveryPump } from '#src/engine/deliveries.ts';
import { parkedSteps } from '#src/store/quarantine.ts';
import { scratchContext } from './scratch.ts';

it('gives up a signed delivery that is no JSON and goes on with the next', async () => {
  const { context } = await scratchContext();
  const row = { source: 'github', event: 'issues', received_at: 1 };
  await context.db
    .insertInto('deliveries')
    .values([
      { ...row, guid: 'a', body: Buffer.from('{ not json }') },
      { ...row, guid: 'b', body: Buffer.from('{"action":"opened"}') },
      { ...row, guid: 'c', body: Buffer.from('a broken disk'), encoding: 'br' },
    ])
    .execute();
  const received: string[] = [];
  const pump = createDeliveryPump(context);
  await pump.pump({ receive: async ({ id }) => void received.push(id) });
  const rows = () =>
    context.db.selectFrom('deliveries').select(['guid', 'state', 'error']).orderBy('guid').execute();
  while ((await rows()).some(({ state }) => state === 'pending')) await setImmediate();
  await pump.stop();
  expect(received).toEqual(['b']);
  expect(await rows()).toEqual([
    { guid: 'a', state: 'failed', error: 'The body is not JSON.' },
    { guid: 'b', state: 'done', error: null },
    { guid: 'c', state: 'failed', error: 'The body is not JSON.' },
  ]);
});

it('gives up a delivery that the process dies under, and goes on with the next', async () => {
  const { context } = await scratchContext();
  const row = { source: 'github', event: 'issues', received_at: 1, body: Buffer.from('{}') };
  await context.db
    .insertInto('deliveries')
    .values([
      { ...row, guid: 'deadly' },
      { ...row, guid: 'b' },
    ])
    .execute();
  const { quarantine } = context;
  context.quarantine = { ...quarantine, isCondemned: ({ step }) => step.includes('deadly') };
  const received: string[] = [];
  const pump = createDeliveryPump(context);
  await pump.pump({ receive: async ({ id }) => void received.push(id) });
  await pump.stop();
  expect(received).toEqual(['b']);
  expect(await parkedSteps(context.db)).toMatchObject([{ step: 'delivery:deadly' }]);
});
