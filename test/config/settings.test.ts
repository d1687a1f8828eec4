/** Settings from the environment: every problem in one message, keys in every form, addresses of GitHub. */
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { readSettings } from '#src/config/settings.ts';

const { privateKey: pem } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
});

const complete = { APP_ID: '42', PRIVATE_KEY: pem, WEBHOOK_SECRET: 'a long secret' };

function problems(env: Record<string, string | undefined>): string[] {
  const read = readSettings(env);
  return read.ok ? [] : read.problems;
}

function settings(env: Record<string, string | undefined>) {
  const read = readSettings({ ...complete, ...env });
  if (!read.ok) throw new Error(read.problems.join('\n'));
  return read.settings;
}

describe('problems', () => {
  test('are all told at once', () => {
    const told = problems({
      PORT: 'high',
      GHE_PROTOCOL: 'gopher',
      PRLT_RUNTIME: 'vax',
      PRLT_MAX_RUN: 'long',
    });
    for (const name of [
      'APP_ID',
      'PRIVATE_KEY',
      'WEBHOOK_SECRET',
      'PORT',
      'GHE_PROTOCOL',
      'PRLT_RUNTIME',
      'PRLT_MAX_RUN',
    ]) {
      expect(
        told.filter((problem) => problem.includes(name)),
        name,
      ).toHaveLength(1);
    }
    expect(told).toHaveLength(7);
  });

  const wrong: [string, Record<string, string | undefined>, RegExp][] = [
    ['no secret', { WEBHOOK_SECRET: undefined }, /WEBHOOK_SECRET is missing/],
    ['an empty secret', { WEBHOOK_SECRET: '' }, /WEBHOOK_SECRET is missing/],
    ['a short secret', { WEBHOOK_SECRET: '1234567' }, /WEBHOOK_SECRET is too short/],
    ['a secret that everybody knows', { WEBHOOK_SECRET: 'development' }, /WEBHOOK_SECRET is "development"/],
    ['no App', { APP_ID: undefined }, /APP_ID is missing/],
    ['an App that is a word', { APP_ID: 'mine' }, /APP_ID/],
    ['App 0', { APP_ID: '0' }, /APP_ID/],
    ['no key', { PRIVATE_KEY: undefined }, /PRIVATE_KEY or PRIVATE_KEY_PATH is missing/],
    ['a key that is none', { PRIVATE_KEY: 'secret' }, /PRIVATE_KEY is not a PEM key/],
    [
      'a key that is a certificate',
      { PRIVATE_KEY: '-----BEGIN CERTIFICATE-----\n' },
      /PRIVATE_KEY is not a PEM key/,
    ],
    [
      'a path to nothing',
      { PRIVATE_KEY: undefined, PRIVATE_KEY_PATH: '/nowhere/key.pem' },
      /PRIVATE_KEY_PATH cannot be read/,
    ],
    ['another database', { DATABASE_URL: 'postgres://db/prlt' }, /DATABASE_URL.*SQLite/],
    ['a runtime of later', { PRLT_RUNTIME: 'kubernetes' }, /PRLT_RUNTIME is docker or host/],
    ['a port beyond', { PORT: '65536' }, /PORT/],
    ['no room', { PRLT_MAX_CONCURRENCY: '0' }, /PRLT_MAX_CONCURRENCY/],
    ['a memory without unit', { PRLT_MAX_MEMORY: '2048' }, /PRLT_MAX_MEMORY/],
    ['a poll that never rests', { PRLT_POLL: '500ms' }, /PRLT_POLL is at least 1s/],
    ["a memory shorter than GitHub's", { PRLT_KEEP_DAYS: '7' }, /PRLT_KEEP_DAYS is at least 8/],
    ['a half yes', { PRLT_ALLOW_WORKFLOWS: 'yes' }, /PRLT_ALLOW_WORKFLOWS/],
    ['a level of its own', { LOG_LEVEL: 'loud' }, /LOG_LEVEL/],
  ];
  test.each(wrong)('%s', (_, env, says) => {
    const told = problems({ ...complete, ...env });
    expect(told).toHaveLength(1);
    expect(told[0]).toMatch(says);
  });

  test('never repeat a secret', () => {
    const told = problems({ APP_ID: 'x', WEBHOOK_SECRET: 'hush', PRIVATE_KEY: 'very-private' }).join('\n');
    expect(told).not.toMatch(/hush|very-private/);
  });
});

describe('the private key', () => {
  test.each([
    ['as it is', pem],
    ['in one line with \\n', pem.replaceAll('\n', '\\n')],
    ['in base64', Buffer.from(pem).toString('base64')],
  ])('%s', (_, key) => {
    expect(settings({ PRIVATE_KEY: key }).privateKey).toBe(pem);
  });

  test('from a file', () => {
    const dir = mkdtempSync(join(tmpdir(), 'prlt-key-'));
    onTestFinished(() => rmSync(dir, { recursive: true }));
    writeFileSync(join(dir, 'key.pem'), pem);
    expect(settings({ PRIVATE_KEY: undefined, PRIVATE_KEY_PATH: join(dir, 'key.pem') }).privateKey).toBe(pem);
  });
});

describe('what holds', () => {
  test('defaults: loopback, Docker, github.com', () => {
    expect(settings({})).toMatchObject({
      appId: 42,
      webhookSecret: 'a long secret',
      host: '127.0.0.1',
      port: 3000,
      runtime: 'docker',
      dataDir: resolve('data'),
      allowWorkflows: false,
      github: { host: 'github.com', api: 'https://api.github.com', web: 'https://github.com' },
    });
    expect(settings({}).github).not.toHaveProperty('ghe');
  });

  test('empty values are as good as absent', () => {
    expect(settings({ HOST: '', PORT: '', GHE_HOST: '', DATABASE_URL: '', PRLT_RUNTIME: '' })).toEqual(
      settings({}),
    );
  });

  test('an Enterprise Server has its own addresses', () => {
    expect(settings({ GHE_HOST: 'ghe.example.org:8443', GHE_PROTOCOL: 'http' }).github).toEqual({
      host: 'ghe.example.org:8443',
      api: 'http://ghe.example.org:8443/api/v3',
      web: 'http://ghe.example.org:8443',
      ghe: { host: 'ghe.example.org:8443', protocol: 'http' },
    });
    expect(settings({ GHE_HOST: 'ghe.example.org' }).github.api).toBe('https://ghe.example.org/api/v3');
  });

  test('ceilings are in milliseconds and bytes', () => {
    const { ceilings } = settings({
      PRLT_MAX_CONCURRENCY: '7',
      PRLT_MAX_RUN: '90m',
      PRLT_MAX_MEMORY: '512m',
    });
    expect(ceilings).toEqual({
      concurrency: 7,
      run: 5_400_000,
      memory: 536_870_912,
      spend: { run: 5_000_000, day: 50_000_000 },
      hosts: [],
    });
  });

  test('hosts are canonical, and what is none is said', () => {
    const read = settings({
      PRLT_ALLOW_HOSTS: 'Registry.npmjs.org, deb.debian.org:80,',
      PRLT_ALLOW_PRIVATE_HOSTS: '',
    });
    expect(read.ceilings.hosts).toEqual(['registry.npmjs.org:443', 'deb.debian.org:80']);
    expect(read.privateHosts).toEqual([]);
    expect(
      problems({
        ...complete,
        PRLT_ALLOW_HOSTS: '*.npmjs.org',
        PRLT_ALLOW_PRIVATE_HOSTS: 'http://a.example',
      }),
    ).toEqual([
      expect.stringMatching(/PRLT_ALLOW_HOSTS.*"\*\.npmjs\.org" is not one host/),
      expect.stringMatching(/PRLT_ALLOW_PRIVATE_HOSTS.*"http:\/\/a\.example" is not one host/),
    ]);
    expect(problems({ ...complete, PRLT_REGISTRIES: '/none.yml' })).toEqual([
      expect.stringContaining('/none.yml cannot be read'),
    ]);
  });
});
