/**
 * The gateway with its real desk over a real store, and runs that may spend without end: `prlt-gateway.ts <dir> <provider>
 * <runs>`. Prints the runs' socket directories as one line of JSON; afterwards each line on standard input is answered
 * with its memory in bytes and the time of CPUs that it has used in milliseconds.
 */
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pino } from 'pino';
import type { Assignment } from '#runners/shim/protocol.ts';
import { listPrices } from '#src/core/pricing/list-prices.ts';
import { createBell } from '#src/engine/signals.ts';
import { createModelDesk } from '#src/engine/spending.ts';
import { createWayOut } from '#src/gateway/egress/way-out.ts';
import { createGateway } from '#src/gateway/gateway.ts';
import { createModels } from '#src/gateway/models/models.ts';
import { openStore } from '#src/store/open.ts';
import { assignRun } from '#src/store/runs.ts';
import { dayOf, reserve } from '#src/store/spending.ts';

const [dir = '', url = '', runs = '1'] = process.argv.slice(2);
const log = pino({ level: 'warn' });
const { db } = await openStore(join(dir, 'data'));
const provider = {
  name: 'anthropic',
  api: 'anthropic',
  url,
  key: { from: 'value', value: 'sk' },
  allow: [],
} as const;
const desk = createModelDesk({
  db,
  log,
  bell: createBell(),
  now: Date.now,
  wake: () => {},
  providers: [provider],
  prices: { ...listPrices, 'anthropic/': { input: 3, output: 15, cacheRead: 0.3, cacheWrite: 3.75 } },
  runners: new Map(),
  dayCeiling: Number.MAX_SAFE_INTEGER,
  counted: () => {},
});
const none = async (): Promise<never> => {
  throw new Error('the bench asks for models only');
};
const gateway = createGateway({
  dir: join(dir, 's'),
  desk: { assignment: none, events: none, messages: none as never, bundle: none },
  tools: { call: none },
  models: createModels({
    providers: [{ ...provider, allow: [] }],
    desk,
    log,
    now: Date.now,
    env: {},
    proxies: {},
  }),
  log,
  egress: {
    desk: { allowed: async () => [], refused: async () => {}, repository: async () => undefined },
    wayOut: createWayOut({ privateHosts: [] }),
    registries: { list: [], authorization: async () => undefined },
  },
});

const dirs: string[] = [];
for (let count = 0; count < Number(runs); count += 1) {
  const run = `run${count}`;
  const assignment = { agent: { runner: 'any' } } as Assignment;
  const row = { id: run, item: 'item', epoch: 1, workspace: 'w', assignment, spec: {} as never, deadline: 0 };
  await assignRun(db, row, Date.now());
  const cap = Number.MAX_SAFE_INTEGER;
  await reserve(db, { run, item: 'item', repo: 1, agent: 'any', day: dayOf(Date.now()), cap });
  dirs.push((await gateway.open(run)).dir);
}
process.stdout.write(`${JSON.stringify(dirs)}\n`);
const looks = createInterface({ input: process.stdin });
looks.on('close', () => process.exit());
looks.on('line', () => {
  globalThis.gc?.();
  const { user, system } = process.cpuUsage();
  process.stdout.write(
    `${JSON.stringify({ rss: process.memoryUsage().rss, cpu: (user + system) / 1000 })}\n`,
  );
});
