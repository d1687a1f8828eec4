/** Durations and sizes as people write them: `90s`, `60m`, `2h`, `512m`, `2g`. */
import { z } from 'zod';

const durations: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const sizes: Record<string, number> = { k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40 };

/** Milliseconds from `10s`, `5m`, `2h`. */
export const duration = z
  .string()
  .regex(/^\d+(ms|s|m|h|d)$/, 'is a duration such as 30s, 10m or 2h')
  .transform((text) => withUnit(text, durations));

/** Bytes from `512m`, `2g`. */
export const size = z
  .string()
  .regex(/^\d+[kmgt]$/i, 'is a size such as 512m or 2g')
  .transform((text) => withUnit(text.toLowerCase(), sizes));

/** Millionths of a US dollar from dollars such as `5` or `0.5`. */
export const dollars = z.coerce
  .number({ error: 'is an amount of US dollars such as 5 or 0.5' })
  .positive()
  .meta({ unit: 'US dollars' })
  .transform((amount) => Math.round(amount * 1_000_000));

/** What is between commas, without the spaces around. */
export const list = z.string().transform((text) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== ''),
);

function withUnit(text: string, units: Record<string, number>): number {
  const [, digits = '0', unit = ''] = /^(\d+)([a-z]+)$/.exec(text) ?? [];
  return Number(digits) * (units[unit] ?? 1);
}
