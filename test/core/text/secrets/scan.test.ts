/** Secrets are found however they are written, their parts too, and what is no secret is left alone. */
import { createHash, generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { createSecretScan } from '#src/core/text/secrets/scan.ts';

const pem = (type: 'pkcs1' | 'pkcs8'): string =>
  generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type, format: 'pem' }).toString();
const privateKey = pem('pkcs1');
const modelKey = 'a0Zk-Model_key9.Qw7/of+the=operator';
const short = 'hook#1234';
const scan = createSecretScan([
  { name: 'PRIVATE_KEY', value: privateKey },
  { name: 'the key of acme', value: modelKey },
  { name: 'WEBHOOK_SECRET', value: short },
]);
const kinds = (text: string): string[] => [...new Set(scan.find(text).map(({ kind }) => kind))];
const bytes = (text: string): number[] => [...Buffer.from(text)];
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const turned = (text: string): string => [...text].toReversed().join('');
const hex = (text: string): string => Buffer.from(text).toString('hex');
const wrapped = (text: string, every: number, by: string): string =>
  text.match(new RegExp(`.{1,${every}}`, 'gs'))?.join(by) ?? '';

/** Ways to write a secret so that it does not look like one. */
const ways: [name: string, write: (secret: string) => string][] = [
  ['as it is', (secret) => secret],
  ['turned round', turned],
  ['in base64', base64],
  ['in base64 for addresses', (secret) => Buffer.from(secret).toString('base64url')],
  ['in base64, one byte late', (secret) => base64(`x${secret}`)],
  ['in base64, two bytes late', (secret) => base64(`xy${secret}z`)],
  ['in base64 on many lines', (secret) => wrapped(base64(secret), 16, '\n')],
  ['in hexadecimal', hex],
  ['in hexadecimal capitals', (secret) => hex(secret).toUpperCase()],
  [
    'in an address',
    (secret) =>
      bytes(secret)
        .map((byte) => `%${byte.toString(16)}`)
        .join(''),
  ],
  [
    'in escapes',
    (secret) =>
      bytes(secret)
        .map((byte) => `\\x${byte.toString(16)}`)
        .join(''),
  ],
  ['on two lines', (secret) => `${secret.slice(0, 12)}"\n  + "${secret.slice(12)}`],
  ['in pieces of nine', (secret) => wrapped(secret, 9, '", "')],
];
/** Only for values that are known: nothing else tells them from anything. */
const more: typeof ways = [
  ['in JSON', (secret) => JSON.stringify({ secret })],
  ['with a dot after each character', (secret) => [...secret].join('.')],
  ['as comments', (secret) => wrapped(secret, 11, '\n# ')],
  ['in base64 twice', (secret) => base64(base64(secret))],
  ['turned round, in base64', (secret) => base64(turned(secret))],
  ['as a list of numbers', (secret) => JSON.stringify(bytes(secret))],
  [
    'in octal',
    (secret) =>
      bytes(secret)
        .map((byte) => `\\${byte.toString(8).padStart(3, '0')}`)
        .join(''),
  ],
  ['spoken in capitals', (secret) => secret.toUpperCase()],
  [
    'in rot13',
    (secret) =>
      secret.replace(/[a-z]/gi, (c) =>
        String.fromCharCode((c < 'a' ? 65 : 97) + ((c.charCodeAt(0) - (c < 'a' ? 65 : 97) + 13) % 26)),
      ),
  ],
  ['in UTF-16', (secret) => Buffer.from(secret, 'utf16le').toString('latin1')],
  ['without its first half', (secret) => secret.slice(secret.length / 4)],
  ['without its end', (secret) => secret.slice(0, (secret.length * 3) / 4)],
];

describe("the service's own", () => {
  test.each([...ways, ...more])('%s', (_name, write) => {
    expect(kinds(`before ${write(modelKey)} after`)).toContain('a secret of this service (the key of acme)');
    const body = privateKey.split('\n').slice(1, -2).join('\n');
    expect(kinds(`before ${write(body)} after`)).toContain('a secret of this service (PRIVATE_KEY)');
  });

  test.each(ways.slice(0, 9))('a short one %s', (_name, write) => {
    const text = write(short);
    if (/\n|[A-F]/.test(text)) return;
    expect(kinds(`before ${text} after`)).toContain('a secret of this service (WEBHOOK_SECRET)');
  });
});

const random = (seed: string, length: number): string =>
  createHash('sha512')
    .update(seed)
    .digest('base64')
    .replace(/[^A-Za-z0-9]/g, '')
    .slice(0, length);
const jwt = ['{"typ":"JWT","alg":"HS256"}', '{"jti":"77f1","iss":"github"}', random('s', 30)].map(base64);
const tokens: [kind: string, token: string][] = [
  ['a GitHub token', `ghp_${random('a', 36)}`],
  ['a GitHub token', `ghs_${random('b', 36)}`],
  ['a GitHub token', `ghs_12345_${jwt.join('.').replaceAll('=', '')}`],
  ['a GitHub token', `github_pat_${random('c', 22)}_${random('d', 59)}`],
  ['an AWS access key', 'AKIA3VZ5Q2TRW6YMCK7D'],
  ['an Anthropic key', `sk-ant-api03-${random('e', 80)}`],
  ['an OpenAI key', `sk-proj-${random('f', 60)}`],
  ['an OpenAI key', `sk-${random('g', 20)}T3BlbkFJ${random('h', 20)}`],
  ['a Slack token', `xoxb-${'2409873651'}-${'9182736450'}-${random('i', 24)}`],
  ['an npm token', `npm_${random('j', 36)}`],
  ['a Linear key', `lin_api_${random('k', 40)}`],
  ['a private key', pem('pkcs8')],
];

describe.each(tokens)('%s of somebody (%#)', (kind, token) => {
  test.each(ways)('%s', (_name, write) => {
    expect(kinds(`before ${write(token)} after`)).toContain(kind);
  });
});

test('taking them out leaves the rest, and nothing of them', () => {
  const token = `ghp_${random('a', 36)}`;
  const text = `one ${modelKey} two ${token}, three ${base64(modelKey)} four`;
  expect(scan.redact(text)).toBe('one [redacted] two [redacted], three [redacted] four');
  expect(scan.redact(`key:\n${privateKey}end`)).not.toMatch(/[A-Za-z0-9+/]{30}/);
  expect(scan.redact('nothing here')).toBe('nothing here');
});

test('the longest of several goes first, and what is too short to be one stays', () => {
  const secret = 'ghs_abc"def/+';
  const { redact } = createSecretScan([secret, 'ghs_abc', 'ab', ''].map((value) => ({ name: 'it', value })));
  const text = [secret, JSON.stringify({ secret }), encodeURIComponent(secret), btoa(secret), 'ab'].join(
    '\n',
  );
  const clean = redact(text);
  expect(clean).toMatch(/^\[redacted\][\s\S]*\nab$/);
  for (const form of ['ghs', 'def', btoa(secret).slice(0, 6)]) expect(clean).not.toContain(form);
});

test('manuals, checksums, other keys and prose are no secrets', () => {
  const others = [
    `ghp_${'x'.repeat(36)}`,
    'AKIAIOSFODNN7EXAMPLE',
    'ghp_ is the prefix of a personal access token, ghs_ that of an installation; npm_ and lin_api_ are others.',
    'sk-ant-api03-your-key-here-your-key-here-your-key-here-your-key-here-your-key-here-your-key',
    '-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAu1SU1LfVLPHCozMxH2Mo\n',
    'const header = "-----BEGIN PRIVATE KEY-----";',
    `"integrity": "sha512-${createHash('sha512').update('x').digest('base64')}"`,
    'The model key of the operator is not told to anybody.',
    pem('pkcs1').split('\n').slice(1, 8).join('\n'),
  ];
  for (const text of others) expect(kinds(text)).toEqual([]);
});

test('no text makes it slow', () => {
  const size = 2 ** 18;
  const worst = [
    'a',
    ' ',
    'ghp_',
    '-----BEGIN PRIVATE KEY-----',
    '%41',
    'A1',
    '\\u0041',
    'sk-ant-',
    'PRIVATE KEY',
  ];
  for (const part of worst) {
    // The processor's time, since the machine may be busy with other things.
    const began = process.cpuUsage();
    scan.find(part.repeat(size / part.length));
    expect(process.cpuUsage(began).user / 1000).toBeLessThan(600);
  }
});
