/** The operator's own prices of models: a YAML file of rows that go before the list prices. */
import { parse } from 'yaml';
import { z } from 'zod';
import type { Price, PriceTable } from '#src/core/pricing.ts';

const amount = z.number({ error: 'is a number of US dollars per million tokens' }).min(0).max(10_000);

/** US dollars per million tokens; cached tokens cost as much as others unless told. */
const row = z.strictObject({
  input: amount,
  output: amount,
  cache_read: amount.optional(),
  cache_write: amount.optional(),
});

export const pricesFile = z.record(z.string().min(1).max(200), row);

export function readPrices(text: string): { table: PriceTable } | { problems: string[] } {
  let written: unknown;
  try {
    written = parse(text);
  } catch (error) {
    const line = error instanceof Error ? error.message.split('\n')[0] : String(error);
    return { problems: [`the file is not YAML: ${line}`] };
  }
  const read = pricesFile.safeParse(written ?? {});
  if (!read.success) {
    return {
      problems: read.error.issues.map(({ path, message }) => `${path.join('.') || 'the file'}: ${message}`),
    };
  }
  const rows = Object.entries(read.data).map(([name, one]): [string, Price] => [
    name,
    {
      input: one.input,
      output: one.output,
      cacheRead: one.cache_read ?? one.input,
      cacheWrite: one.cache_write ?? one.input,
    },
  ]);
  return { table: Object.fromEntries(rows) };
}
