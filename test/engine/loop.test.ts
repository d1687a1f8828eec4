/** The tick: never two at a time, no wake is lost, rests end when something is due. */
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { createLoop } from '#src/engine/loop.ts';

const log = pino({ level: 'silent' });

function loopOf(pass: () => Promise<number | undefined>) {
  const loop = createLoop(pass, Date.now, log);
  onTestFinished(() => loop.stop());
  return loop;
}

test('many wakes before a pass are one pass', async () => {
  let passes = 0;
  const loop = loopOf(async () => {
    passes += 1;
    return undefined;
  });
  for (let n = 0; n < 10; n += 1) loop.wake();
  await sleep(20);
  expect(passes).toBe(1);
});

test('a wake during a pass brings one more, after it', async () => {
  let passes = 0;
  let running = 0;
  let most = 0;
  const loop = loopOf(async () => {
    passes += 1;
    running += 1;
    most = Math.max(most, running);
    await sleep(15);
    running -= 1;
    return undefined;
  });
  loop.wake();
  await sleep(5);
  for (let n = 0; n < 5; n += 1) loop.wake();
  await sleep(60);
  expect([passes, most]).toEqual([2, 1]);
});

test('a wake from within the last step of a pass is not lost', async () => {
  let passes = 0;
  const loop = loopOf(async () => {
    passes += 1;
    if (passes < 50) queueMicrotask(() => loop.wake());
    return undefined;
  });
  loop.wake();
  await sleep(60);
  expect(passes).toBe(50);
});

test('it comes again by itself when something is due, and a wake cuts the rest short', async () => {
  const times: number[] = [];
  const loop = loopOf(async () => {
    times.push(Date.now());
    return times.length === 1 ? Date.now() + 40 : Date.now() + 60_000;
  });
  loop.wake();
  await sleep(80);
  expect(times).toHaveLength(2);
  expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(38);
  loop.wake();
  await sleep(10);
  expect(times).toHaveLength(3);
});

test('a pass that fails is tried again, after a second and not in a circle', async () => {
  let passes = 0;
  const loop = loopOf(async () => {
    passes += 1;
    throw new Error('no');
  });
  loop.wake();
  await sleep(200);
  expect(passes).toBe(1);
  await sleep(1_000);
  expect(passes).toBe(2);
});

test('stopping waits for the pass under way, and nothing comes after it', async () => {
  let ended = 0;
  const loop = loopOf(async () => {
    await sleep(30);
    ended += 1;
    return Date.now();
  });
  loop.wake();
  await sleep(5);
  loop.wake();
  await loop.stop();
  expect(ended).toBe(1);
  loop.wake();
  await sleep(60);
  expect(ended).toBe(1);
});
