/** What a model call costs: a table of prices, and the row that holds for a model. Pure. */

/** US dollars per million tokens, which is the same as millionths of a US dollar per token. */
export interface Price {
  input: number;
  output: number;
  cacheRead: number;
  cacheWrite: number;
}

/**
 * By name of a model or of its family, `gpt-5` or `claude-sonnet-5`; a name with its provider before it, `local/gpt-5`,
 * goes before one without, and `local/` is every model of that provider.
 */
export type PriceTable = Readonly<Record<string, Price>>;

/** `known`: false when no row fits; then the dearest of the table counts, so that no cap is passed unseen. */
export interface Pricing {
  /** The row's name; `other` when none fits. */
  name: string;
  price: Price;
  known: boolean;
}

export interface Tokens {
  input: number;
  output: number;
  cacheRead: number;
  cacheWrite: number;
  /** Those of `cacheWrite` that are kept for an hour, at 1.6 × the price of the others (2 × the input's against 1.25 ×). */
  cacheWriteLong?: number;
}

const longCache = 1.6;

export function pricingOf(table: PriceTable, provider: string, model: string): Pricing {
  const full = `${provider}/${model}`;
  const bare = model.slice(model.lastIndexOf('/') + 1);
  for (const name of [full, model, bare]) {
    const row = longestRow(table, name);
    if (row !== undefined) return { name: row, price: table[row] as Price, known: true };
  }
  return { name: 'other', price: dearest(table), known: false };
}

/** Millionths of a US dollar, rounded up. */
export function costOf(price: Price, tokens: Tokens): number {
  const long = Math.min(tokens.cacheWriteLong ?? 0, tokens.cacheWrite);
  const cost =
    tokens.input * price.input +
    tokens.output * price.output +
    tokens.cacheRead * price.cacheRead +
    (tokens.cacheWrite + long * (longCache - 1)) * price.cacheWrite;
  // Sums of decimal fractions may lie a hair above the whole number that is meant.
  return Math.max(0, Math.ceil(cost - 1e-6));
}

function longestRow(table: PriceTable, model: string): string | undefined {
  let found: string | undefined;
  for (const name of Object.keys(table)) {
    if (!fits(name, model) || name.length <= (found?.length ?? 0)) continue;
    found = name;
  }
  return found;
}

/** `gpt-5` is the family of `gpt-5-2026-01-01`, and says nothing about `gpt-5.9` or `gpt-50`. */
function fits(name: string, model: string): boolean {
  if (!model.startsWith(name)) return false;
  return name.length === model.length || name.endsWith('/') || /^[-@:]/.test(model.slice(name.length));
}

function dearest(table: PriceTable): Price {
  const most = (key: keyof Price): number => Math.max(0, ...Object.values(table).map((row) => row[key]));
  return {
    input: most('input'),
    output: most('output'),
    cacheRead: most('cacheRead'),
    cacheWrite: most('cacheWrite'),
  };
}
