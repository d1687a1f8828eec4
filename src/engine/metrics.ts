/** What `/metrics` tells: counters of model calls since the start, and gauges that are read from the store when asked. */
import { type CollectFunction, Counter, Gauge, Registry } from 'prom-client';
import type { ModelCall } from '../gateway/desk.ts';
import { type Backlog, backlog } from '../store/backlog.ts';
import type { Db } from '../store/open.ts';

export interface Metrics {
  contentType: string;
  /** In Prometheus' text format. */
  text(): Promise<string>;
  /** `model` as the table of prices names it, so that agents cannot make up label values. */
  modelCall(call: ModelCall, model: string, cost: number): void;
}

const gauges: Record<keyof Backlog, [name: string, help: string]> = {
  runs: ['prlt_runs_live', 'Runs that are not over.'],
  queue: ['prlt_queue_length', 'Items that wait for a seat.'],
  deliveries: ['prlt_deliveries_pending', 'Webhooks that are stored and not dealt with yet.'],
  effects: ['prlt_effects_pending', 'Writes that are decided and not confirmed yet.'],
};

export function createMetrics(db: Db): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const calls = new Counter({
    name: 'prlt_model_calls_total',
    help: 'Model calls that were passed on, by provider, row of the price table and HTTP status (0: no answer).',
    labelNames: ['provider', 'model', 'status'],
    registers,
  });
  const tokens = new Counter({
    name: 'prlt_model_tokens_total',
    help: 'Tokens of model calls: input, output, cache_read, cache_write.',
    labelNames: ['kind'],
    registers,
  });
  const dollars = new Counter({
    name: 'prlt_model_cost_dollars_total',
    help: 'What model calls cost by the table of prices, in US dollars.',
    registers,
  });

  let reading: Promise<Backlog> | undefined;
  for (const [key, [name, help]] of Object.entries(gauges)) {
    const collect: CollectFunction<Gauge> = async function (this: Gauge) {
      // One look serves all four of a scrape.
      reading ??= backlog(db).finally(() => {
        reading = undefined;
      });
      this.set((await reading)[key as keyof Backlog]);
    };
    new Gauge({ name, help, registers, collect });
  }

  return {
    contentType: registry.contentType,
    text: () => registry.metrics(),
    modelCall: ({ provider, status, usage }, model, cost) => {
      calls.inc({ provider, model, status: String(status) });
      tokens.inc({ kind: 'input' }, usage.input);
      tokens.inc({ kind: 'output' }, usage.output);
      tokens.inc({ kind: 'cache_read' }, usage.cacheRead);
      tokens.inc({ kind: 'cache_write' }, usage.cacheWrite);
      dollars.inc(cost / 1_000_000);
    },
  };
}
