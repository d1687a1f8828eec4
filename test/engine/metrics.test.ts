/** What somebody who watches the service sees. */
import { expect, test } from 'vitest';
import { createMetrics } from '#src/engine/metrics.ts';
import { saveItem } from '#src/store/items.ts';
import { anItem } from '#test/support/builders.ts';
import { scratchStore } from '../store/scratch.ts';

test('model calls, tokens and money count up; what waits is read when asked', async () => {
  const { db } = await scratchStore();
  const metrics = createMetrics(db);
  expect(await metrics.text()).not.toMatch(/^prlt_model_calls_total/m);

  const usage = { input: 10, output: 5, cacheRead: 3, cacheWrite: 1 };
  const call = { provider: 'anthropic', model: 'made-up-by-an-agent', asked: 9, usage, estimated: false };
  metrics.modelCall({ ...call, status: 200 }, 'claude-sonnet-5', 1_500_000);
  metrics.modelCall({ ...call, status: 200 }, 'claude-sonnet-5', 500_000);
  metrics.modelCall({ ...call, status: 0, broken: 'unreachable' }, 'other', 0);
  await saveItem(db, anItem(), 1);
  const text = await metrics.text();
  expect(text).toContain(
    'prlt_model_calls_total{provider="anthropic",model="claude-sonnet-5",status="200"} 2',
  );
  expect(text).toContain('prlt_model_calls_total{provider="anthropic",model="other",status="0"} 1');
  expect(text).toContain('prlt_model_tokens_total{kind="input"} 30');
  expect(text).toContain('prlt_model_tokens_total{kind="cache_read"} 9');
  expect(text).toContain('prlt_model_cost_dollars_total 2\n');
  expect(text).toContain('prlt_queue_length 0');
  expect(text).not.toContain('made-up');
  expect(metrics.contentType).toMatch(/^text\/plain/);
});

test('two services in one process do not share their numbers', async () => {
  const { db } = await scratchStore();
  const [one, other] = [createMetrics(db), createMetrics(db)];
  const usage = { input: 1, output: 1, cacheRead: 0, cacheWrite: 0 };
  one.modelCall({ provider: 'p', model: 'm', asked: 0, status: 200, usage, estimated: false }, 'm', 1);
  expect(await other.text()).not.toMatch(/^prlt_model_calls_total/m);
});
