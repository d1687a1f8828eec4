/** A container that does its worst with its socket: it is refused, learns nothing of others, and nobody else notices. */
import { createHmac, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { addRepository, ask, ended } from '#test/support/company.ts';
import { runningContainer, select } from '#test/support/machine.ts';
import { repo, type Stage, setStage } from '#test/support/scenario.ts';

/** Each kind of abuse, on the run's own socket; what came back is committed. */
const abuse = `
import { readdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
const own = '/run/prlt/host.sock';
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const tell = (error) => error.code ?? String(error);
/** Sends bytes, hears what comes back for so long. */
const say = (bytes, ms = 4000, path = own) => new Promise((resolve) => {
  let heard = '';
  const socket = connect(path, () => { socket.write(bytes, () => {}); });
  const timer = setTimeout(() => socket.destroy(), ms);
  socket.setNoDelay?.(true);
  socket.on('data', (data) => { heard += data.toString('latin1'); if (heard.length > 400_000) socket.destroy(); });
  socket.on('error', (error) => { heard += tell(error); });
  socket.on('close', () => { clearTimeout(timer); resolve(heard); });
});
const get = (path, more = '') => 'GET ' + path + ' HTTP/1.1\\r\\nhost: x\\r\\n' + more + 'connection: close\\r\\n\\r\\n';
const post = (path, body, more = '') => 'POST ' + path + ' HTTP/1.1\\r\\nhost: x\\r\\ncontent-length: ' + body.length + '\\r\\n' + more + 'connection: close\\r\\n\\r\\n' + body;
/** What the shim could have sent, were it not so much. */
const event = (seq, size = 1) => '{"seq":' + seq + ',"at":"2026-01-01T00:00:00Z","type":"message","text":"' + 'a'.repeat(size) + '"}\\n';
const far = 10 ** 9;
const seen = { malformed: {}, large: {}, elsewhere: {} };

const malformed = {
  'not HTTP': 'hello\\r\\n\\r\\n',
  'HTTP/2': 'PRI * HTTP/2.0\\r\\n\\r\\nSM\\r\\n\\r\\n',
  'a nul in the path': 'GET /assign\\0ment HTTP/1.1\\r\\nhost: x\\r\\n\\r\\n',
  'two lengths': 'POST /events HTTP/1.1\\r\\nhost: x\\r\\ncontent-length: 3\\r\\ncontent-length: 4\\r\\n\\r\\nabcd',
  'length and chunks': 'POST /events HTTP/1.1\\r\\nhost: x\\r\\ncontent-length: 3\\r\\ntransfer-encoding: chunked\\r\\n\\r\\n0\\r\\n\\r\\n',
  'no JSON': post('/events', 'x'.repeat(1000)),
  'deep JSON': post('/events', '{"seq":1,"type":"message","text":' + '['.repeat(200000) + ']'.repeat(200000) + '}\\n'),
  'an endless chunk': 'POST /events HTTP/1.1\\r\\nhost: x\\r\\ntransfer-encoding: chunked\\r\\n\\r\\nffffffffffffffff\\r\\nabc',
  'a bundle without a head': 'PUT /bundle?head=../../x HTTP/1.1\\r\\nhost: x\\r\\ncontent-length: 1\\r\\nconnection: close\\r\\n\\r\\nx',
};
for (const [name, bytes] of Object.entries(malformed)) seen.malformed[name] = (await say(bytes)).slice(0, 40).split('\\r\\n')[0];
const large = {
  'a header of a megabyte': get('/assignment', 'x: ' + 'a'.repeat(2 ** 20) + '\\r\\n'),
  'ten thousand headers': get('/assignment', Array.from({ length: 10000 }, (_, n) => 'h' + n + ': 1\\r\\n').join('')),
  'a path of ten megabytes': get('/' + 'a'.repeat(10 * 2 ** 20)),
  'a line of two megabytes': post('/events', event(far, 2 * 2 ** 20)),
  'events of twelve megabytes': post('/events', Array.from({ length: 12 }, (_, n) => event(far + n, 2 ** 20 - 200)).join('')),
  'twenty thousand events': post('/events', Array.from({ length: 20000 }, (_, n) => event(far + n)).join('')),
  'a tool call of five megabytes': post('/mcp', 'x'.repeat(5 * 2 ** 20), 'content-type: application/json\\r\\n'),
};
for (const [name, bytes] of Object.entries(large)) seen.large[name] = (await say(bytes)).slice(0, 40).split('\\r\\n')[0];

const other = process.argv[2];
const paths = ['/../' + other + '/assignment', '/%2e%2e/' + other + '/assignment', '/assignment/../../' + other, '//' + other + '/assignment',
  '/runs/' + other, '/runs/' + other + '/assignment', '/messages/' + other, '/assignment%00', 
  '/models/x/..%2f..%2f..%2fv1', '/metrics', '/readyz', '/healthz', '/api/github/webhooks', '/.env', '/mirror'];
for (const path of paths) seen.elsewhere[path] = (await say(get(path))).slice(0, 4000);
for (const [name, bytes] of Object.entries({
  'absolute form': 'GET http://' + other + '/assignment HTTP/1.1\\r\\nhost: ' + other + '\\r\\nconnection: close\\r\\n\\r\\n',
  'a header that names it': get('/assignment', 'x-run: ' + other + '\\r\\nx-prlt-run: ' + other + '\\r\\n'),
  'a parameter that names it': get('/assignment?run=' + other),
  'its own, the long way': get('/models/../assignment'),
  'an upgrade': get('/assignment', 'upgrade: websocket\\r\\nconnection: upgrade\\r\\n'),
  'a tunnel to it': 'CONNECT ' + other + ':1 HTTP/1.1\\r\\nhost: x\\r\\n\\r\\n',
  'a tunnel to a file': 'CONNECT /run/prlt/host.sock HTTP/1.1\\r\\nhost: x\\r\\n\\r\\n',
})) seen.elsewhere[name] = (await say(bytes)).slice(0, 100_000);
seen.sockets = {};
for (const path of ['/run/prlt/../host.sock', '/run/prlt/../' + other + '/host.sock', '/run/host.sock', '/var/run/docker.sock', '/run/docker.sock', '/run/prlt/../prlt/../../s/' + other + '/host.sock'])
  seen.sockets[path] = await say(get('/assignment'), 2000, path);
try { seen.list = readdirSync('/run/prlt'); } catch (error) { seen.list = tell(error); }

// Many requests in one breath.
const many = await say(get('/assignment').replace('connection: close\\r\\n', '').repeat(2000), 5000);
seen.pipelined = (many.match(/HTTP\\/1\\.1 \\d+/g) ?? []).length;
// Thousands of connections, half of them with half a request, a byte at a time.
const sockets = [];
let refused = 0;
for (let n = 0; n < 3000; n += 1) {
  const socket = connect(own);
  socket.on('error', () => { refused += 1; });
  socket.on('close', () => { socket.gone = true; });
  socket.on('data', () => {});
  if (n % 2 === 0) socket.write('GET /assign');
  sockets.push(socket);
  if (n % 50 === 0) await wait(60);
}
for (let n = 0; n < 12; n += 1) {
  await wait(1000);
  if (n === 4) seen.open = sockets.filter((socket) => !socket.gone).length;
  for (const socket of sockets) if (!socket.gone && socket.writable) socket.write('m');
}
seen.late = sockets.filter((socket) => !socket.gone).length;
for (const socket of sockets) socket.destroy();
seen.refused = refused;
await wait(1500);
for (let tries = 0; tries < 20 && !seen.healed; tries += 1) { seen.healed = /^HTTP\\/1\\.1 200/.test(await say(get('/assignment'))); await wait(500); }
writeFileSync('seen.json', JSON.stringify(seen, null, 1));
process.exit(0);
`;

const secret = `neighbour-${randomUUID()}`;
let stage: Stage;
let neighbour: string;
let seen: Record<string, never>;
const pauses: number[] = [];

/** A signed delivery, as GitHub sends them; milliseconds until it is answered. */
async function deliver(): Promise<number> {
  const body = JSON.stringify({ zen: 'Keep calm.' });
  const signature = createHmac('sha256', 'a webhook secret of the tests').update(body).digest('hex');
  const headers = {
    'content-type': 'application/json',
    'x-github-event': 'ping',
    'x-github-delivery': randomUUID(),
    'x-hub-signature-256': `sha256=${signature}`,
  };
  const began = performance.now();
  const answer = await fetch(`${stage.prlt.url}/api/github/webhooks`, { method: 'POST', body, headers });
  expect(answer.status).toBeLessThan(300);
  return performance.now() - began;
}

beforeAll(async () => {
  stage = await setStage({ agent: 'true\n' });
  neighbour = await addRepository(stage, 'neighbour', {
    agent: 'for n in $(seq 1 120); do echo "tick $n"; sleep 0.25; done; echo fine > fine.txt\n',
    config: 'limits: { attempts: 1 }\n',
  });
  const alice = stage.github.as('alice');
  const { number: quiet } = alice.openIssue(neighbour, { title: 'Work', body: secret });
  alice.label(neighbour, quiet, 'agent:ready');
  const other = await stage.until(
    'the neighbour',
    () => runningContainer(stage.prlt.dataDir, `GH-${quiet}`),
    90,
  );
  await stage.github.as('alice').push(repo, 'main', {
    'abuse.mjs': abuse,
    'agent.sh': `set -e\nnode abuse.mjs ${other.run}\n`,
  });
  const issue = ask(stage, repo, 'Abuse');
  let over = false;
  const both = Promise.all([
    ended(stage, repo, issue, 'agent:review', 150),
    ended(stage, neighbour, quiet, 'agent:review', 150),
  ]).finally(() => {
    over = true;
  });
  both.catch(() => {});
  while (!over) {
    pauses.push(await deliver());
    await sleep(100);
  }
  await both;
  const head = stage.github.pulls(repo)[0]?.headSha ?? '';
  seen = JSON.parse((await stage.github.readFile(repo, head, 'seen.json')) ?? '{}');
}, 300_000);
afterAll(async () => {
  expect(stage.github.contractViolations).toEqual([]);
  await stage.close();
});

it('what is malformed or too large is refused, and nothing of it is kept', () => {
  for (const [name, answer] of Object.entries(seen['malformed'] ?? {}))
    expect([name, answer]).toEqual([
      name,
      expect.stringMatching(/^(HTTP\/1\.1 4\d\d .*|EPIPE|ECONNRESET|)$/),
    ]);
  expect(Object.keys(seen['large'] ?? {})).toHaveLength(7);
  // A client that still writes may be cut off before it reads why. Other refusals than these two are not for the size.
  for (const [name, answer] of Object.entries(seen['large'] ?? {}))
    expect([name, answer]).toEqual([
      name,
      expect.stringMatching(/^(HTTP\/1\.1 4(13|31) .*|EPIPE|ECONNRESET|)$/),
    ]);
  const kept = select(stage.prlt.dataDir, 'select max(length(body)) as most from run_events');
  expect(Number(kept[0]?.['most'])).toBeLessThan(2 ** 20);
});

it('no path, header or form leads to another run, or to anything but its own socket', () => {
  expect(JSON.stringify(seen)).not.toContain(secret);
  const other = Object.entries(seen['elsewhere'] ?? {}).filter(([name]) => name.startsWith('/'));
  expect(other.length).toBeGreaterThan(10);
  for (const [path, answer] of other)
    expect([path, answer]).toEqual([path, expect.stringMatching(/^HTTP\/1\.1 4\d\d /)]);
  for (const answer of Object.values(seen['sockets'] ?? {}))
    expect(answer).toMatch(/^(ENOENT|EACCES|ENOTDIR)$/);
  expect(seen['list']).toBe('EACCES');
});

it('thousands of connections cut the run itself off, and it heals', () => {
  // Of 3,000; beside the 256 that it may have, a busy service has some that it has not turned away yet.
  expect(Number(seen['open'])).toBeLessThanOrEqual(800);
  // Half a request is given up after ten seconds, however it drips; without that 128 of them stay.
  expect(Number(seen['late'])).toBeLessThanOrEqual(100);
  expect(seen['healed']).toBe(true);
});

it('its neighbour finishes, and webhooks are answered all the while', async () => {
  expect(stage.github.pulls(neighbour)).toHaveLength(1);
  expect(pauses.length).toBeGreaterThan(20);
  const sorted = pauses.toSorted((a, b) => a - b);
  expect(sorted[Math.floor(sorted.length / 2)]).toBeLessThan(1_000);
  expect(sorted.at(-1)).toBeLessThan(5_000);
});
