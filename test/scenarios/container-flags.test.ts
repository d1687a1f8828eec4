/** What a run's container may do, seen from the engine and from the inside, and what is left of it afterwards. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, ended } from '#test/support/company.ts';
import { containers, docker, runningContainer, select, volumes } from '#test/support/machine.ts';
import { repo, type Stage, setStage } from '#test/support/scenario.ts';

/** Looks for what it should not find, tries what it should not be able to do, and writes down how that went. */
const look = `
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';

const told = (error) => error.code ?? String(error);
const write = (path) => { try { writeFileSync(path, 'x'); return 'written'; } catch (error) { return told(error); } };
const list = (path) => { try { return readdirSync(path); } catch (error) { return told(error); } };
const read = (path) => { try { return readFileSync(path, 'utf8'); } catch (error) { return told(error); } };
const sh = (script) => { try { return execFileSync('sh', ['-c', script], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }); } catch (error) { return String(error.stdout ?? '') + told(error); } };
const proxy = new URL(process.env.https_proxy);
const asked = await new Promise((resolve) => {
  const call = request({ host: proxy.hostname, port: proxy.port, method: 'CONNECT', path: 'example.org:443' });
  call.on('connect', (answer, socket, head) => {
    let body = String(head);
    socket.on('data', (part) => { body += part; });
    socket.on('close', () => resolve({ status: answer.statusCode, body }));
  });
  call.on('error', (error) => resolve(told(error)));
  call.end();
});
const dialled = await new Promise((resolve) => {
  const socket = connect(53, '192.0.2.1', () => resolve('connected'));
  socket.on('error', (error) => resolve(told(error)));
});
const pids = readdirSync('/proc').filter((name) => /^[0-9]+$/.test(name));
writeFileSync('seen.json', JSON.stringify({
  env: process.env,
  environs: pids.map((pid) => read('/proc/' + pid + '/environ')),
  mounts: read('/proc/self/mountinfo').split('\\n').filter(Boolean).map((line) => line.split(' ')[4]),
  status: read('/proc/self/status'),
  socketDir: list('/run/prlt'),
  socket: read('/run/prlt/host.sock'),
  interfaces: Object.keys(networkInterfaces()),
  devices: readdirSync('/sys/class/net'),
  ids: sh('id -u; id -g').trim().split('\\n'),
  writes: Object.fromEntries(['/x', '/etc/x', '/opt/prlt/x', '/usr/x', '/mirror/x', '/run/prlt/x', '/run/x', '/tmp/x', '/work/x'].map((path) => [path, write(path)])),
  dockerSocket: read('/var/run/docker.sock'),
  setuid: sh('find / -xdev -perm -4000 -type f 2>/dev/null | head -1 | xargs -r -I{} sh -c "{} --version >/dev/null 2>&1; echo tried"'),
  secrets: sh("grep -rlsE 'gh[a-z]_[A-Za-z0-9]{16}|PRIVATE[ ]KEY-----|webhook[ ]secret' /work /mirror /run /tmp /etc /home || true").trim(),
  asked, dialled,
}, null, 1));
`;
const agent = 'set -eu\nnode look.mjs\necho looked\nsleep 3\n';
const config = 'limits: { memory: 320m, cpus: 1.5, pids: 128 }\n';

let stage: Stage;
let inspected: Record<string, unknown> & {
  Config: { User: string; Env: string[] };
  HostConfig: Record<string, unknown>;
  Mounts: { Type: string; Source: string; Destination: string; RW: boolean }[];
};
let raw: string;
let seen: Record<string, unknown>;
let issue: number;

beforeAll(async () => {
  stage = await setStage({ agent, config, files: { 'look.mjs': look } });
  const { until, prlt, github } = stage;
  issue = ask(stage, repo, 'Look around');
  const { id } = await until('the container', () => runningContainer(prlt.dataDir, 'GH-1'));
  raw = await docker('inspect', id);
  [inspected] = JSON.parse(raw);
  await ended(stage, repo, issue, 'agent:review');
  seen = JSON.parse((await github.readFile(repo, github.pulls(repo)[0]?.headSha ?? '', 'seen.json')) ?? '{}');
});
afterAll(async () => {
  expect(stage.github.contractViolations).toEqual([]);
  await stage.close();
});

describe("a run's container", () => {
  it('has no network, no rights and no more than its share', () => {
    expect(inspected.Config.User).toBe('1000:1000');
    expect(inspected.HostConfig).toMatchObject({
      NetworkMode: 'none',
      CapDrop: ['ALL'],
      CapAdd: null,
      SecurityOpt: ['no-new-privileges'],
      Privileged: false,
      ReadonlyRootfs: true,
      Init: true,
      PidsLimit: 128,
      Memory: 320 * 2 ** 20,
      MemorySwap: 320 * 2 ** 20,
      NanoCpus: 1.5e9,
      LogConfig: { Type: 'json-file', Config: { 'max-size': '10m', 'max-file': '1' } },
      PidMode: '',
    });
    // Engines differ in how they write that there is none.
    expect([null, []]).toContainEqual(inspected.HostConfig['Devices']);
    expect([null, {}]).toContainEqual(inspected.HostConfig['PortBindings']);
  });

  it('has exactly three mounts', () => {
    const mounts = inspected.Mounts.map(
      ({ Type, Destination, RW }) => `${Type} ${Destination} ${RW ? 'rw' : 'ro'}`,
    );
    expect(mounts.sort()).toEqual(['bind /mirror ro', 'bind /run/prlt ro', 'volume /work rw']);
    const own = (seen['mounts'] as string[]).filter((path) => !/^\/(proc|sys|dev)(\/|$)/.test(path));
    const engines = ['/', '/etc/hostname', '/etc/hosts', '/etc/resolv.conf', '/tmp'];
    expect(own.filter((path) => !engines.includes(path) && !path.endsWith('/docker-init')).sort()).toEqual([
      '/mirror',
      '/run/prlt',
      '/work',
    ]);
  });

  it('is run by a user that can gain nothing', () => {
    expect(seen['ids']).toEqual(['1000', '1000']);
    expect(seen['status']).toMatch(/^NoNewPrivs:\t1$/m);
    for (const set of ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb'])
      expect(seen['status']).toMatch(new RegExp(`^${set}:\\t0{16}$`, 'm'));
    expect(seen['status']).toMatch(/^Seccomp:\t2$/m);
  });

  it('can write to its workspace and to /tmp and nowhere else', () => {
    expect(seen['writes']).toEqual({
      '/x': 'EROFS',
      '/etc/x': 'EROFS',
      '/opt/prlt/x': 'EROFS',
      '/usr/x': 'EROFS',
      '/mirror/x': 'EROFS',
      '/run/prlt/x': 'EROFS',
      '/run/x': 'EROFS',
      '/tmp/x': 'written',
      '/work/x': 'written',
    });
  });

  it('reaches its socket and nothing else', () => {
    // It may pass through the directory but not list it; a socket that is there cannot be opened as a file.
    expect(seen['socketDir']).toBe('EACCES');
    expect(seen['socket']).toBe('ENXIO');
    expect(seen['interfaces']).toEqual(['lo']);
    expect(seen['devices']).toEqual(['lo']);
    expect(seen['dialled']).toBe('ENETUNREACH');
    expect(seen['dockerSocket']).toBe('ENOENT');
    expect(seen['asked']).toEqual({
      status: 403,
      body: expect.stringMatching(/^prlt does not let this run reach example\.org:443: /),
    });
  });

  it('holds no secret', () => {
    const { privateKey, webhookSecret } = stage.github.app;
    const keyLine = privateKey.split('\n')[3] ?? '';
    expect(keyLine.length).toBeGreaterThan(40);
    expect(webhookSecret).toContain('webhook secret');
    const everything = raw + JSON.stringify(seen) + JSON.stringify(seen['environs']);
    for (const secret of [keyLine, webhookSecret]) expect(everything).not.toContain(secret);
    expect(everything).not.toMatch(/gh[a-z]_[A-Za-z0-9]{16}/);
    expect(everything).not.toContain('PRIVATE KEY-----');
    expect((seen['environs'] as string[]).filter((each) => each.includes('PRLT_SOCKET')).length).toBe(0);
    expect(seen['secrets']).toBe('');
    const names = inspected.Config.Env.map((each) => each.split('=')[0]);
    expect(names.filter((name) => /TOKEN|SECRET|KEY|PASS/i.test(name ?? ''))).toEqual([]);
  });
});

describe('when it is over', () => {
  it('leaves its workspace for the review and nothing else', async () => {
    const { until, prlt } = stage;
    const left = async (folder: string) => (await readdir(join(prlt.dataDir, folder)).catch(() => [])).length;
    await until('no container', async () => (await containers(prlt.dataDir)).length === 0);
    await until('no socket', async () => (await left('s')) === 0);
    await until('nothing handed over', async () => (await left('handover')) === 0);
    expect(select(prlt.dataDir, 'select state from runs')).toEqual([{ state: 'over' }]);
    expect(await volumes(prlt.dataDir)).toHaveLength(1);
  });

  it('leaves nothing once the pull request is closed', async () => {
    const { github, until, prlt } = stage;
    await github.as('alice').closePull(repo, github.pulls(repo)[0]?.issue.number ?? 0);
    await until('no volume', async () => (await volumes(prlt.dataDir)).length === 0);
  });
});
