/** The minute slides, per tool and for all tools together. */
import { expect, test } from 'vitest';
import { createRates } from '#src/gateway/tools/rates.ts';

test('a tool that was called too often can be called again when the first call is a minute old', () => {
  let time = 0;
  const rates = createRates(() => time);
  for (time = 0; time < 5_000; time += 1_000) expect(rates('report_blocker')).toBeUndefined();
  expect(rates('report_blocker')).toMatch(/at most 5 calls of report_blocker a minute.* in 55 s/);
  expect(rates('report_progress')).toBeUndefined();
  time = 60_000;
  expect(rates('report_blocker')).toBeUndefined();
  expect(rates('report_blocker')).toMatch(/in 1 s/);
});

test('all tools together have a bound of their own', () => {
  const rates = createRates(() => 0);
  for (let count = 0; count < 60; count += 1) {
    expect([rates('report_progress'), rates('read_item')]).toEqual([undefined, undefined]);
  }
  expect(rates('finish')).toMatch(/at most 120 calls of all tools together a minute/);
});
