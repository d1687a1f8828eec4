/** What a run may ask of its socket where nobody said otherwise: every bound is there, and no larger than the service can bear. */
import { expect, test } from 'vitest';
import { defaultLimits, type GatewayLimits } from '#src/gateway/limits.ts';

const MiB = 2 ** 20;
const bearable: GatewayLimits = {
  eventsBytes: 16 * MiB,
  lineBytes: 2 * MiB,
  events: 20_000,
  connections: 512,
  requests: 256,
  headMs: 30_000,
  eventsMs: 120_000,
  mcpBytes: 4 * MiB,
  mcpMs: 60_000,
  tunnels: 256,
  tunnelIdleMs: 600_000,
  bundleIdleMs: 300_000,
  heartbeatMs: 60_000,
  stopGraceMs: 10_000,
};

test.each(Object.entries(bearable))('%s is at most %d', (name, most) => {
  const limit = defaultLimits[name as keyof GatewayLimits];
  expect(limit).toBeGreaterThan(0);
  expect(limit).toBeLessThanOrEqual(most);
});
