/** Which row counts for a model, and what its tokens cost. */
import { describe, expect, test } from 'vitest';
import { listPrices } from '#src/core/pricing/list-prices.ts';
import { costOf, type PriceTable, pricingOf } from '#src/core/pricing.ts';

const price = (input: number) => ({ input, output: input, cacheRead: input, cacheWrite: input });
const table: PriceTable = {
  'gpt-5': price(1),
  'gpt-5-pro': price(15),
  'claude-opus': price(20),
  'local/': price(0),
  'local/big': price(3),
  'router/gpt-5': price(2),
};

describe('the row', () => {
  const cases: [provider: string, model: string, row: string][] = [
    ['openai', 'gpt-5', 'gpt-5'],
    ['openai', 'gpt-5-2026-01-01', 'gpt-5'],
    ['openai', 'gpt-5-pro', 'gpt-5-pro'],
    ['openai', 'gpt-5-pro-2026', 'gpt-5-pro'],
    ['openai', 'gpt-5.9', 'other'],
    ['openai', 'gpt-50', 'other'],
    ['openai', 'gpt', 'other'],
    ['anthropic', 'claude-opus@20270101', 'claude-opus'],
    ['local', 'anything', 'local/'],
    ['local', 'big-7b', 'local/big'],
    ['local', 'gpt-5', 'local/'],
    ['router', 'openai/gpt-5', 'gpt-5'],
    ['router', 'gpt-5', 'router/gpt-5'],
    ['openai', '__proto__', 'other'],
    ['openai', 'constructor', 'other'],
  ];
  test.each(cases)('%s %s is %s', (provider, model, row) => {
    expect(pricingOf(table, provider, model)).toMatchObject({ name: row, known: row !== 'other' });
  });

  test('an unknown model costs as much as the dearest of each kind', () => {
    const mixed = { a: { ...price(1), output: 50 }, b: { ...price(9), output: 2 } };
    expect(pricingOf(mixed, 'p', 'unknown').price).toEqual({
      input: 9,
      output: 50,
      cacheRead: 9,
      cacheWrite: 9,
    });
  });

  test('the vendors’ current models are known', () => {
    const models = [
      'claude-opus-5-5',
      'claude-sonnet-5-20260601',
      'claude-haiku-4-5',
      'gpt-5.5-codex',
      'gpt-5.6-luna',
    ];
    expect(models.filter((model) => !pricingOf(listPrices, 'any', model).known)).toEqual([]);
  });
});

describe('the cost', () => {
  const one = { input: 3, output: 15, cacheRead: 0.3, cacheWrite: 3.75 };
  test('is in millionths of a dollar, each kind at its own price', () => {
    const tokens = { input: 1_000, output: 100, cacheRead: 10_000, cacheWrite: 400 };
    expect(costOf(one, tokens)).toBe(3_000 + 1_500 + 3_000 + 1_500);
  });

  test('is rounded up, and sums of fractions are not', () => {
    expect(costOf(one, { input: 0, output: 0, cacheRead: 1, cacheWrite: 0 })).toBe(1);
    expect(costOf({ ...one, input: 0.1 }, { input: 3_000_000, output: 0, cacheRead: 0, cacheWrite: 0 })).toBe(
      300_000,
    );
    expect(costOf(one, { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 })).toBe(0);
  });

  test('an hour in the cache costs 1.6 times five minutes', () => {
    const tokens = { input: 0, output: 0, cacheRead: 0, cacheWrite: 1_000 };
    expect(costOf(one, { ...tokens, cacheWriteLong: 400 })).toBe(600 * 3.75 + 400 * 6);
    expect(costOf(one, { ...tokens, cacheWriteLong: 9_000 })).toBe(6_000);
  });
});
