/** What a run can reach: its socket, and through it what is on the list. Everything else is tried, from inside its container. */
import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createServer as createTcpServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { command } from '#runners/command/manifest.ts';
import { imageName } from '#runners/image-name.ts';
import { ask, ended } from '#test/support/company.ts';
import { docker, select } from '#test/support/machine.ts';
import { repo, type Stage, setStage } from '#test/support/scenario.ts';

/** Loopback, but none of the addresses that the container keeps for itself. */
const allowedAddress = '127.0.0.2';

/** Tries each way out and writes down how that ended; `targets` is what the test knows of this machine. */
const probe = `
import { createSocket } from 'node:dgram';
import { lookup, Resolver } from 'node:dns/promises';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';

const { tcp, udp, abstract, names, tricks, allowed } = JSON.parse(readFileSync('targets.json', 'utf8'));
const late = (ms) => new Promise((resolve) => setTimeout(resolve, ms, 'late'));
const tell = (error) => error.code ?? String(error);
const dial = (options) => Promise.race([late(3000), new Promise((resolve) => {
  const socket = connect(options, () => { socket.end('reached'); resolve('connected'); });
  socket.on('error', (error) => resolve(tell(error)));
})]);
const throwAt = ([host, port]) => Promise.race([late(3000), new Promise((resolve) => {
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
  socket.on('error', (error) => resolve(tell(error)));
  socket.send('reached', port, host, (error) => resolve(error ? tell(error) : 'sent'));
})]);
const resolver = new Resolver({ timeout: 1000, tries: 1 });
const proxy = new URL(process.env.https_proxy);
const tunnel = (path) => Promise.race([late(5000), new Promise((resolve) => {
  const call = request({ host: proxy.hostname, port: proxy.port, method: 'CONNECT', path });
  call.on('connect', (answer, socket) => { socket.destroy(); resolve(answer.statusCode); });
  call.on('response', (answer) => resolve(answer.statusCode));
  call.on('error', (error) => resolve(tell(error)));
  call.end();
})]);
const raw = (line) => Promise.race([late(5000), new Promise((resolve) => {
  const socket = connect(Number(proxy.port), proxy.hostname, () => socket.write(line));
  socket.on('data', (data) => { resolve(String(data).split('\\r\\n')[0]); socket.destroy(); });
  socket.on('error', (error) => resolve(tell(error)));
  socket.on('close', () => resolve('closed'));
})]);
const perl = (code) => { const done = spawnSync('perl', ['-MSocket', '-e', code], { encoding: 'utf8' }); return done.status === 0 ? 'done' : done.stderr.trim(); };
const all = async (list, act) => Object.fromEntries(await Promise.all(list.map(async (one) => [JSON.stringify(one), await act(one)])));
writeFileSync('seen.json', JSON.stringify({
  tcp: await all(tcp, ([host, port]) => dial({ host, port })),
  udp: await all(udp, throwAt),
  abstract: await dial({ path: '\\0' + abstract }),
  names: await all(names, (name) => lookup(name).then(() => 'resolved', tell)),
  queries: await all(names, (name) => resolver.resolveTxt(name).then(() => 'resolved', tell)),
  raw: perl('socket(S, PF_INET, SOCK_RAW, 1) or die "refused: $!"'),
  packet: perl('socket(S, 17, SOCK_RAW, 768) or die "refused: $!"'),
  vsock: perl('socket(S, 40, SOCK_STREAM, 0) or die "refused: $!"; connect(S, pack("S S L L x4", 40, 0, 22, 2)) or die "refused: $!"'),
  tricks: await all(tricks, tunnel),
  nul: await raw('CONNECT ' + allowed.replace(':', '\\0.evil.example:') + ' HTTP/1.1\\r\\nhost: x\\r\\n\\r\\n'),
  split: await raw('CONNECT evil.example:443 HTTP/1.1\\r\\nhost: ' + allowed + '\\r\\n\\r\\n'),
  absolute: await raw('GET http://evil.example/ HTTP/1.1\\r\\nhost: ' + allowed + '\\r\\n\\r\\n'),
  allowed: await fetch('http://' + allowed + '/x').then((answer) => answer.text(), tell),
}, null, 1));
process.exit(0);
`;

let stage: Stage;
let allowed: Server;
let forbidden: Server;
let udp: UdpSocket;
let sibling: string | undefined;
let seen: Record<string, Record<string, unknown> & string>;
const heard: string[] = [];
const abstractName = `prlt-${process.pid}-abstract`;
const abstract = createTcpServer(() => heard.push('abstract socket'));
let status: string;

beforeAll(async () => {
  allowed = createServer((_, res) => res.end('allowed')).listen(0, allowedAddress);
  forbidden = createServer((_, res) => res.end('forbidden')).listen(0, '0.0.0.0');
  forbidden.on('connection', (socket) => heard.push(`tcp from ${socket.remoteAddress}`));
  udp = createSocket('udp4').bind(0, '0.0.0.0');
  udp.on('message', (_, from) => heard.push(`udp from ${from.address}`));
  abstract.listen(`\0${abstractName}`);
  await Promise.all([once(allowed, 'listening'), once(forbidden, 'listening'), once(udp, 'listening')]);
  const port = (forbidden.address() as AddressInfo).port;
  const target = `${allowedAddress}:${(allowed.address() as AddressInfo).port}`;
  // A container of somebody else, on the engine's own network.
  const serve = "require('net').createServer((s) => s.end('sibling')).listen(8080, '0.0.0.0')";
  sibling = await docker('run', '-d', '--rm', '--entrypoint', 'node', `${imageName(command)}`, '-e', serve);
  const siblingAddress = await docker('inspect', '-f', '{{.NetworkSettings.IPAddress}}', sibling);
  const own = Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .map(({ address }) => address)
    // Without the name of a link they lead nowhere, whatever the container has.
    .filter((address) => !address.startsWith('fe80'));
  const metadata = ['169.254.169.254', '169.254.170.2', 'fd00:ec2::254', '100.100.100.200'];
  const hosts = [...new Set([...own, '172.17.0.1', '127.0.0.1', '::1', '::ffff:172.17.0.1', '0.0.0.0'])];
  const targets = {
    tcp: [
      ...hosts.map((host) => [host, port]),
      ...metadata.map((host) => [host, 80]),
      [siblingAddress, 8080],
      ['172.17.0.1', 2375],
      ['8.8.8.8', 53],
      ['2001:db8::1', 443],
    ],
    udp: [
      ...hosts
        .filter((host) => !host.includes(':') && !/^(127|0)\./.test(host))
        .map((host) => [host, udp.address().port]),
      ['8.8.8.8', 53],
      ['172.17.0.1', 53],
      ['169.254.169.254', 80],
      ['2001:db8::1', 53],
    ],
    abstract: abstractName,
    names: ['example.org', 'secret.in.a.name.example', 'host.docker.internal', 'metadata.google.internal'],
    tricks: [
      `${allowedAddress}.:${target.split(':')[1]}.evil.example:443`,
      `${target}@evil.example:443`,
      `evil.example:443#${target}`,
      `evil.example:443/${target}`,
      `[::ffff:172.17.0.1]:${port}`,
      `172.17.1:${port}`,
      `0x7f000001:${port}`,
      `2130706433:${port}`,
      `127.0.0.1:${port}`,
      `localhost:${port}`,
      `${allowedAddress}:${port}`,
      '169.254.169.254:80',
      '[fd00:ec2::254]:80',
    ],
    allowed: target,
  };
  // Both lists have it, but nobody said that it may lead to where it leads.
  const inward = `localhost:${port}`;
  stage = await setStage({
    agent: 'node probe.mjs\n',
    files: { 'probe.mjs': probe, 'targets.json': JSON.stringify(targets) },
    config: `limits: { attempts: 1 }\nnetwork: { allow: ['${target}', '${inward}'] }\n`,
    env: { PRLT_ALLOW_HOSTS: `${target},${inward}`, PRLT_ALLOW_PRIVATE_HOSTS: target },
  });
  heard.length = 0;
  const issue = ask(stage, repo, 'Look for a way out');
  status = await ended(stage, repo, issue, 'agent:review', 120);
  const head = stage.github.pulls(repo)[0]?.headSha ?? '';
  seen = JSON.parse((await stage.github.readFile(repo, head, 'seen.json')) ?? '{}');
}, 240_000);
afterAll(async () => {
  if (sibling) await docker('rm', '-f', sibling);
  for (const one of [allowed, forbidden, abstract, udp]) one.close();
  await stage?.close();
  expect(stage?.github.contractViolations).toEqual([]);
});

const outcomes = (part: string): string[] => [...new Set(Object.values(seen[part] ?? {}).map(String))].sort();

describe('without the proxy', () => {
  it('no address answers: not the host, not the metadata service, not a sibling, not the internet', () => {
    expect(Object.keys(seen['tcp'] ?? {}).length).toBeGreaterThan(10);
    // Loopback is the container's own, and nobody listens there.
    expect(
      outcomes('tcp').filter((one) => !/^(ENETUNREACH|ECONNREFUSED|EADDRNOTAVAIL|EHOSTUNREACH)$/.test(one)),
    ).toEqual([]);
    for (const [target, outcome] of Object.entries(seen['tcp'] ?? {}))
      if (outcome === 'ECONNREFUSED') expect(target).toMatch(/"(127\.|::1|0\.0\.0\.0)/);
  });

  it('no datagram leaves, and no name is resolved', () => {
    expect(outcomes('udp').filter((one) => !/^(ENETUNREACH|EADDRNOTAVAIL)$/.test(one))).toEqual([]);
    for (const part of ['names', 'queries'])
      expect(
        outcomes(part).filter((one) => !/^(EAI_AGAIN|ENOTFOUND|ECONNREFUSED|ETIMEOUT)$/.test(one)),
      ).toEqual([]);
  });

  it("there are no raw sockets, no way to the machine below, and no socket of the host's by name", () => {
    expect(seen['raw']).toMatch(/^refused: Operation not permitted/);
    expect(seen['packet']).toMatch(/^refused: Operation not permitted/);
    expect(seen['vsock']).toMatch(/^refused: /);
    expect(seen['abstract']).toBe('ECONNREFUSED');
  });
});

describe('through the proxy', () => {
  it('what is allowed is reached, which shows that the rest was refused', () => {
    expect(seen['allowed']).toBe('allowed');
  });

  it('no way of writing a name leads elsewhere', () => {
    expect(outcomes('tricks').filter((one) => !/^(400|403)$/.test(one))).toEqual([]);
    for (const part of ['nul', 'split', 'absolute'])
      expect(seen[part]).toMatch(/^HTTP\/1\.1 (400|403) |^closed$/);
    expect(status).toContain('The run was not let out to');
    const reasons = select(stage.prlt.dataDir, 'select distinct reason from refused_hosts order by reason');
    expect(reasons.map(({ reason }) => reason)).toEqual(expect.arrayContaining(['not_listed', 'not_public']));
  });
});

it('nothing that listens here heard anything', () => {
  expect(heard).toEqual([]);
});
