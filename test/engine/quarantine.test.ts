/** A step under which the process dies is found, begun alone, and set aside; one that only was there is not. */
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { openQuarantine, steps } from '#src/engine/quarantine.ts';
import { settle } from '#src/engine/settle.ts';
import { addEvents, pendingEvents } from '#src/store/events.ts';
import { itemById, saveItem } from '#src/store/items.ts';
import { noteBegun, parkedSteps, type Step } from '#src/store/quarantine.ts';
import { savePolicy, saveRepo } from '#src/store/repos.ts';
import { anItem, aPolicy, aRepo, aRequest, now } from '#test/support/builders.ts';
import { scratchStore } from '../store/scratch.ts';
import { scratchContext } from './scratch.ts';

const [deadly, harmless] = [steps.effect('deadly', 'i'), steps.delivery('harmless')];
const names = (admitted: readonly Step[]) => admitted.map(({ step }) => step);

async function machine() {
  const { db } = await scratchStore();
  /** The next life of the process; the one before ends without a word. */
  const start = (keep = 1_000) =>
    openQuarantine({ db, log: pino({ level: 'silent' }), now: () => now, wake: () => {}, keep });
  /** Lives in which all of these are asked for and the process dies as soon as `deadly` is begun. */
  const die = async (lives: number, ...asked: Step[]) => {
    for (let life = 0; life < lives; life += 1) {
      const quarantine = await start();
      for (let passes = 0; passes < 5; passes += 1) {
        const admitted = quarantine.admit(asked);
        await quarantine.begin(db, admitted);
        if (admitted.includes(deadly)) break;
        for (const step of admitted) {
          await quarantine.back(db, step);
          quarantine.over(step);
        }
      }
    }
  };
  return { db, start, die };
}

test('after three deaths, the last one alone, it is condemned', async () => {
  const { start, die } = await machine();
  await die(2, deadly);
  const third = await start();
  expect(third.isCondemned(deadly)).toBe(false);
  await die(1, deadly);
  expect((await start()).isCondemned(deadly)).toBe(true);
});

test('what was under way beside it is found to be harmless', async () => {
  const { start, die } = await machine();
  await die(2, deadly, harmless);
  const third = await start();
  expect(names(third.admit([harmless, deadly]))).toEqual([harmless.step]);
  await die(1, harmless, deadly);
  const last = await start();
  expect([deadly, harmless].map(last.isCondemned)).toEqual([true, false]);
  expect(last.isSuspect(harmless)).toBe(false);
});

test('deaths in company never condemn', async () => {
  const { db, start } = await machine();
  for (let life = 0; life < 5; life += 1) {
    await start();
    await noteBegun(db, [deadly, harmless], false);
  }
  const next = await start();
  expect([deadly, harmless].map(next.isCondemned)).toEqual([false, false]);
  expect(next.isSuspect(deadly)).toBe(true);
});

test('while a suspect is alone nothing else is begun, and after it everything', async () => {
  const { start, die } = await machine();
  await die(2, deadly);
  const quarantine = await start();
  expect(names(quarantine.admit([harmless, deadly]))).toEqual([deadly.step]);
  expect(quarantine.admit([harmless])).toEqual([]);
  quarantine.over(deadly);
  expect(names(quarantine.admit([harmless]))).toEqual([harmless.step]);
});

test('others wait so that a suspect gets its turn', async () => {
  const { start, die } = await machine();
  await die(2, deadly);
  const quarantine = await start();
  expect(names(quarantine.admit([harmless]))).toEqual([harmless.step]);
  const another = steps.delivery('another');
  expect(quarantine.admit([deadly, another])).toEqual([]);
  quarantine.over(harmless);
  expect(names(quarantine.admit([another, deadly]))).toEqual([deadly.step]);
});

test('one that comes back, whatever came of it, starts from nothing', async () => {
  const { db, start, die } = await machine();
  await die(2, deadly);
  const quarantine = await start();
  await quarantine.begin(db, quarantine.admit([deadly]));
  await quarantine.back(db, deadly);
  await die(2, deadly);
  expect((await start()).isCondemned(deadly)).toBe(false);
});

test('a stop that was asked for is no death', async () => {
  const { db, start, die } = await machine();
  await die(2, deadly);
  for (let deploys = 0; deploys < 3; deploys += 1) {
    const quarantine = await start();
    await quarantine.begin(db, quarantine.admit([deadly]));
    await quarantine.ending();
  }
  expect((await start()).isCondemned(deadly)).toBe(false);
});

test('what was set aside is shown for a while, and asked for again it has one more try', async () => {
  const { db, start, die } = await machine();
  await die(3, deadly);
  const quarantine = await start();
  await quarantine.park(db, deadly, 'It died.');
  expect(quarantine.isCondemned(deadly)).toBe(false);
  expect(await parkedSteps(db, 'i')).toEqual([{ step: deadly.step, item: 'i', reason: 'It died.', at: now }]);
  await die(1, deadly);
  expect((await start()).isCondemned(deadly)).toBe(true);
  await start(-1);
  expect(await parkedSteps(db)).toEqual([]);
});

test('of the events of an item the one is set aside that it dies at; the item and its other events go on', async () => {
  const { context } = await scratchContext();
  const { db } = context;
  const reopen = async () => {
    const log = pino({ level: 'silent' });
    context.quarantine = await openQuarantine({ db, log, now: () => now, wake: () => {}, keep: 1 });
  };
  await saveRepo(db, aRepo());
  await savePolicy(db, 1, aPolicy(), 'sha');
  await saveItem(db, anItem({ id: 'i' }), 0);
  const held = { type: 'item_held', held: true } as const;
  await addEvents(
    db,
    [
      { id: 'a', item: 'i', event: held },
      { id: 'b', item: 'i', event: aRequest() },
    ],
    0,
  );
  context.crash = () => {
    throw new Error('it is dead');
  };
  for (let life = 0; life < 3; life += 1) {
    await reopen();
    // The dead do not note that they came back.
    await settle({ ...context, quarantine: { ...context.quarantine, back: async () => {} } });
  }
  context.crash = () => {};
  await reopen();
  await settle(context);
  expect((await pendingEvents(db, 'i')).map(({ event }) => event.type)).toEqual(['item_requested']);
  expect(await parkedSteps(db, 'i')).toMatchObject([{ reason: expect.stringContaining('event item_held') }]);
  await settle(context);
  expect(await pendingEvents(db, 'i')).toEqual([]);
  expect(await itemById(db, 'i')).toMatchObject({ generation: 1 });
  expect((await itemById(db, 'i'))?.held).toBeFalsy();
});
