/** A Probot app that does nothing, on Probot's own server, as its documentation starts one. Nothing is kept. */
import { generateKeyPairSync } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { Probot, Server } from 'probot';

const secret = process.argv[2] ?? '';
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
// Requests are logged at `info`: off here, so that the comparison is with Probot at its fastest.
const log = pino({ level: 'fatal' });

const server = new Server({
  host: '127.0.0.1',
  // Probot reads 0 as "not given".
  port: Number(process.argv[3]),
  log: log as never,
  Probot: Probot.defaults({
    appId: 1,
    privateKey: privateKey.export({ type: 'pkcs1', format: 'pem' }).toString(),
    secret,
    log: log as never,
  }),
});
await server.load(() => undefined);
const { port } = (await server.start()).address() as AddressInfo;
process.stdout.write(`http://127.0.0.1:${port}/api/github/webhooks\n`);
