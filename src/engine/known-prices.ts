/** The prices of models as they are asked for, with a word to the operator where none is known. */
import type { Logger } from 'pino';
import { type PriceTable, type Pricing, pricingOf } from '../core/pricing.ts';

/** Says once of each model that the table has no row for it. */
export function pricingWith(table: PriceTable, log: Logger): (provider: string, model: string) => Pricing {
  const known = new Map<string, Pricing>();
  return (provider, model) => {
    const name = `${provider}/${model}`;
    const before = known.get(name);
    if (before) return before;
    const pricing = pricingOf(table, provider, model);
    // Names come from agents, so there may be any number of them.
    if (known.size < 1_000) known.set(name, pricing);
    if (!pricing.known && known.has(name)) {
      const { input, output } = pricing.price;
      log.warn(
        { provider, model, input, output },
        'no price is known for this model: the dearest of the table is charged; name it in PRLT_MODELS_PRICES',
      );
    }
    return pricing;
  };
}
