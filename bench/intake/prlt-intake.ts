/** prlt's own server over its own store, and nothing behind them: what it costs to have a webhook on disk. */
import { pino } from 'pino';
import { startServer } from '#src/http/server.ts';
import { openStore } from '#src/store/open.ts';

const [secret = '', dataDir = ''] = process.argv.slice(2);
const store = await openStore(dataDir);
const server = await startServer({
  host: '127.0.0.1',
  port: 0,
  secret,
  inbox: store.inbox,
  log: pino({ level: 'info' }),
  now: Date.now,
  arrived: () => undefined,
  missing: async () => [],
});
process.stdout.write(`${server.url}/api/github/webhooks\n`);
