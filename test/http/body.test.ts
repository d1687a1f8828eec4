import { expect, test } from 'vitest';
import { release } from '#src/http/body.ts';

test('memory of its own is given back, and shared memory is not', () => {
  const own = Buffer.from(new ArrayBuffer(8));
  release(own);
  expect(own.length).toBe(0);
  const memory = new ArrayBuffer(8);
  const half = Buffer.from(memory, 0, 4);
  release(half);
  expect([half.length, memory.byteLength]).toEqual([4, 8]);
  const shared = Buffer.from(new SharedArrayBuffer(8));
  release(shared);
  expect(shared.length).toBe(8);
});
