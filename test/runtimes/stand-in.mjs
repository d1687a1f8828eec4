/** Stands in for a shim: says over the socket what it sees, then does what `behaviour.json` beside it says. */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';

const socketPath = process.env.PRLT_SOCKET ?? '/run/prlt/host.sock';
const mirror = process.env.PRLT_MIRROR ?? '/mirror';
const work = process.env.PRLT_WORK ?? '/work';

const writable = (path) => {
  try {
    writeFileSync(path, 'x', { mode: 0o755 });
    return true;
  } catch {
    return false;
  }
};

const before = existsSync(`${work}/trace`);
const report = {
  pid: process.pid,
  uid: process.getuid(),
  interfaces: Object.keys(networkInterfaces()),
  seesEarlierTrace: before,
  work: writable(`${work}/trace`),
  root: writable('/x-prlt-test'),
  mirror: writable(`${mirror}/x-prlt-test`),
  socketDir: writable(`${socketPath}-test`),
  tmp: writable('/tmp/x-prlt-test'),
  secret: process.env.PRLT_TEST_SECRET ?? null,
};

const behaviour = JSON.parse(readFileSync(`${mirror}/behaviour.json`, 'utf8'));
const socket = connect(socketPath, () => socket.end(JSON.stringify(report)));
await new Promise((resolve) => socket.on('close', resolve));

if (behaviour.do === 'exit') process.exit(behaviour.code);
if (behaviour.do === 'eat') {
  const eaten = [];
  for (;;) eaten.push(Buffer.alloc(8 * 1024 * 1024, 1));
}
if (behaviour.do === 'ignore-term') {
  process.on('SIGTERM', () => {});
  const code = "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000);";
  spawn(process.execPath, ['-e', code], { detached: true, stdio: 'ignore' });
}
setInterval(() => {}, 1000);
