/** Waiting by name: rings after the call are heard, each, by everyone who waits, until they give up. */
import { expect, test } from 'vitest';
import { createBell } from '#src/engine/signals.ts';

test('a ring between the call and the first wait is heard', async () => {
  const bell = createBell();
  const rings = bell.rings('a', new AbortController().signal)[Symbol.asyncIterator]();
  bell.ring('a');
  bell.ring('a');
  expect((await rings.next()).done).toBe(false);
  expect((await rings.next()).done).toBe(false);
  await rings.return?.();
});

test('names are apart and everybody who waits hears', async () => {
  const bell = createBell();
  const { signal } = new AbortController();
  const [one, two, other] = ['a', 'a', 'b'].map((name) => bell.rings(name, signal)[Symbol.asyncIterator]());
  bell.ring('a');
  await Promise.all([one?.next(), two?.next()]);
  const silent = Symbol('silent');
  const late = other?.next();
  expect(await Promise.race([late, new Promise((resolve) => setTimeout(resolve, 20, silent))])).toBe(silent);
  bell.ring('b');
  expect(await late).toMatchObject({ done: false });
});

test('an abort ends the wait', async () => {
  const bell = createBell();
  const ending = new AbortController();
  const waiting = bell.rings('a', ending.signal)[Symbol.asyncIterator]().next();
  ending.abort();
  await expect(waiting).rejects.toThrow(/abort/i);
});
