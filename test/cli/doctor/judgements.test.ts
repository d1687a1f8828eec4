/** What the doctor thinks of a machine, its programs, secrets and addresses: one table per judgement. */
import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { judgeDatabase, judgeSetAside, judgeSqlite } from '#src/cli/doctor/database.ts';
import { judgeDisk } from '#src/cli/doctor/disk.ts';
import { judgeCgroup, judgeEngine, judgeImages, judgeSecurity } from '#src/cli/doctor/engine.ts';
import { judgeActions, judgeListening, judgeRuntime } from '#src/cli/doctor/exposure.ts';
import type { Finding } from '#src/cli/doctor/finding.ts';
import { judgeBounds, judgeGit } from '#src/cli/doctor/git.ts';
import { judgeKernel, judgeMemory, judgeNode } from '#src/cli/doctor/machine.ts';
import { judgeKey, judgeSecret } from '#src/cli/doctor/secrets.ts';
import { isAtLeast, versionIn } from '#src/cli/doctor/version.ts';

const GiB = 2 ** 30;

function judged(table: [string, Finding, Finding['state'], RegExp?][]): void {
  test.each(table)('%s', (_, finding, state, says = /./) => {
    expect(finding.state).toBe(state);
    expect(`${finding.says} ${finding.todo ?? ''}`).toMatch(says);
    if (state !== 'ok') expect(finding.todo).toBeTruthy();
  });
}

describe('versions', () => {
  test.each([
    ['git version 2.39.5 (Apple Git-154)', [2, 39, 5]],
    ['20.10.24+dfsg1', [20, 10, 24]],
    ['1.41', [1, 41, 0]],
    ['6.18.44-fc-v669', [6, 18, 44]],
    ['none', undefined],
  ])('%s', (text, version) => expect(versionIn(text)).toEqual(version));

  test('are compared part by part', () => {
    expect(isAtLeast([2, 10, 0], [2, 9, 9])).toBe(true);
    expect(isAtLeast([2, 9, 9], [2, 10, 0])).toBe(false);
    expect(isAtLeast([3, 0, 0], [2, 10, 5])).toBe(true);
    expect(isAtLeast([2, 10, 5], [2, 10, 5])).toBe(true);
  });
});

describe('git', () => {
  judged([
    ['none', judgeGit(undefined), 'broken', /no git/],
    ['2.20.1', judgeGit('git version 2.20.1'), 'broken', /too old/],
    ['2.39.5', judgeGit('git version 2.39.5'), 'weak', /CVE-2025-48384/],
    ['2.43.6', judgeGit('git version 2.43.6'), 'weak'],
    ['2.43.7', judgeGit('git version 2.43.7'), 'ok'],
    ['2.46.0', judgeGit('git version 2.46.0'), 'weak'],
    ['2.50.0', judgeGit('git version 2.50.0'), 'weak'],
    ['2.50.1', judgeGit('git version 2.50.1'), 'ok'],
    ['2.51.0', judgeGit('git version 2.51.0'), 'ok'],
    ['both bounds', judgeBounds([]), 'ok'],
    ['one bound', judgeBounds(['prlimit']), 'weak', /prlimit is missing/],
    ['no bounds', judgeBounds(['prlimit', 'setpriv']), 'weak', /prlimit and setpriv are missing/],
  ]);
});

describe('the engine', () => {
  const facts = { version: '29.5.1', api: '1.52', cgroup: '2', security: ['name=seccomp,profile=builtin'] };
  judged([
    ['as it should be', judgeEngine(facts), 'ok'],
    ['one patch behind', judgeEngine({ ...facts, version: '29.5.0' }), 'weak', /CVE-2026-41567/],
    ['of Debian 12', judgeEngine({ ...facts, version: '20.10.24+dfsg1', api: '1.41' }), 'weak'],
    ['of long ago', judgeEngine({ ...facts, version: '19.3.0', api: '1.40' }), 'broken', /API 1\.40/],
    ['cgroup v2', judgeCgroup(facts), 'ok'],
    ['cgroup v1', judgeCgroup({ ...facts, cgroup: '1' }), 'weak'],
    ['seccomp', judgeSecurity(facts), 'ok', /share the kernel/],
    [
      'user namespaces',
      judgeSecurity({ ...facts, security: ['name=seccomp', 'name=userns'] }),
      'ok',
      /user namespaces/,
    ],
    ['no seccomp', judgeSecurity({ ...facts, security: ['name=apparmor'] }), 'weak'],
    ['images', judgeImages(['a:latest'], []), 'ok'],
    ['an image that is not there', judgeImages(['a:latest'], ['No a.']), 'broken', /runners:build/],
    ['one image of two', judgeImages(['a:1', 'b:1'], ['No a.']), 'weak', /No a\./],
  ]);
});

describe('the machine', () => {
  const memory = { total: 16 * GiB, free: 9 * GiB, concurrency: 3, perRun: 2 * GiB };
  judged([
    ['Node 24', judgeNode('24.21.0'), 'ok'],
    ['Node 24.4', judgeNode('24.4.1'), 'broken'],
    ['Linux 6', judgeKernel({ platform: 'linux', release: '6.1.0-37-amd64' }), 'ok'],
    ['Linux 4', judgeKernel({ platform: 'linux', release: '4.19.0' }), 'weak'],
    ['no Linux', judgeKernel({ platform: 'darwin', release: '24.0.0' }), 'weak', /not Linux/],
    ['enough memory', judgeMemory(memory), 'ok', /9\.0 GiB of 16\.0 GiB/],
    ['memory for two of three', judgeMemory({ ...memory, total: 5 * GiB }), 'weak', /PRLT_MAX_CONCURRENCY/],
    ['memory for none', judgeMemory({ ...memory, total: GiB }), 'broken'],
  ]);
});

describe('storage', () => {
  const disk = { check: 'data', path: '/srv', free: 50 * GiB, watermark: GiB };
  judged([
    ['room', judgeDisk(disk), 'ok', /50\.0 GiB/],
    ['little room', judgeDisk({ ...disk, free: 5 * GiB }), 'weak'],
    ['none', judgeDisk({ ...disk, free: GiB / 2 }), 'broken', /PRLT_MIN_DISK/],
    ['a new SQLite', judgeSqlite('3.54.1'), 'ok'],
    ['one that damages', judgeSqlite('3.51.2'), 'weak'],
    ['a whole database', judgeDatabase('/srv/prlt.db', 'ok'), 'ok'],
    ['a damaged one', judgeDatabase('/srv/prlt.db', '*** in database main ***'), 'broken', /backup/],
    ...judgeSetAside(['It died.']).map((one): [string, Finding, Finding['state'], RegExp] => [
      'a step set aside',
      one,
      'weak',
      /It died\./,
    ]),
  ]);
});

describe('secrets', () => {
  const pem = (bits: number) =>
    generateKeyPairSync('rsa', { modulusLength: bits })
      .privateKey.export({ type: 'pkcs1', format: 'pem' })
      .toString();
  const curve = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
    type: 'pkcs8',
    format: 'pem',
  });
  judged([
    ['a key', judgeKey(pem(2048)), 'ok', /2048/],
    ['a short key', judgeKey(pem(1024)), 'weak', /1024/],
    ['another kind', judgeKey(curve.toString()), 'broken', /no RSA key/],
    ['half a key', judgeKey('-----BEGIN RSA PRIVATE KEY-----\nhalf'), 'broken', /cannot be read/],
    ['a drawn secret', judgeSecret('9f86d081884c7d659a2feaa0c55ad015'), 'ok'],
    ['a short one', judgeSecret('correct horse'), 'weak', /openssl rand/],
    ['a simple one', judgeSecret('aaaaaaaaaaaaaaaaaaaaaaaa'), 'weak'],
  ]);

  test('are never repeated', () => {
    expect(JSON.stringify([judgeSecret('hush'), judgeKey('very private')])).not.toMatch(/hush|very private/);
  });
});

describe('what is open', () => {
  judged([
    ['loopback', judgeListening('127.0.0.1'), 'ok'],
    ['loopback, version six', judgeListening('::1'), 'ok'],
    ['everywhere', judgeListening('0.0.0.0'), 'weak', /reverse proxy/],
    ['docker', judgeRuntime('docker'), 'ok'],
    ['host', judgeRuntime('host'), 'weak', /without a container/],
    ['Actions, always', judgeActions(), 'weak', /starts the repository's Actions with its secrets/],
  ]);
});
