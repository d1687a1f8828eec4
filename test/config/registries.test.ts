/** The file of registries: what it says, and every way it can be wrong, by name. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readRegistries } from '#src/config/registries.ts';

function read(text: string, env: Record<string, string> = {}, privateHosts: string[] = []) {
  const dir = mkdtempSync(join(tmpdir(), 'registries-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  const path = join(dir, 'registries.yml');
  writeFileSync(path, text);
  return readRegistries(path, env, privateHosts);
}

test('no file is no registry', () => {
  expect(readRegistries(undefined, {}, [])).toEqual({ registries: [], problems: [] });
});

test('what is written, with what is not', () => {
  const text = `
npm-acme:
  type: npm
  url: https://npm.acme.example/repository/npm
  auth: { basic: { user: ci, password: { env: NPM_PASSWORD } } }
  repositories: [acme/*]
  scopes: ['@acme']
files:
  type: generic
  url: https://files.acme.example/
  auth: { header: { name: X-Api-Key, value: { command: [op, read, secret] } } }
  repositories: ['*/*']
`;
  expect(read(text, { NPM_PASSWORD: 'hush' })).toEqual({
    problems: [],
    registries: [
      {
        name: 'npm-acme',
        type: 'npm',
        url: 'https://npm.acme.example/repository/npm/',
        auth: { kind: 'basic', user: 'ci', secret: { from: 'value', value: 'hush' } },
        repositories: ['acme/*'],
        scopes: ['@acme'],
        index: 'simple/',
        extra: false,
      },
      {
        name: 'files',
        type: 'generic',
        url: 'https://files.acme.example/',
        auth: {
          kind: 'header',
          header: 'x-api-key',
          secret: { from: 'command', argv: ['op', 'read', 'secret'] },
        },
        repositories: ['*/*'],
        scopes: [],
        index: 'simple/',
        extra: false,
      },
    ],
  });
});

const rest = 'repositories: [a/b]';

test.each([
  ['- x', /expected record/],
  [': :', /cannot be read/],
  [`Big: { type: npm, url: 'https://x', ${rest} }`, /Big: /],
  [`a: { type: cargo, url: 'https://x', ${rest} }`, /a\.type/],
  [`a: { type: npm, url: 'ftp://x', ${rest} }`, /a\.url: is an address/],
  [`a: { type: npm, url: 'https://u:p@x/', ${rest} }`, /a\.url: is an address/],
  [`a: { type: npm, url: 'https://x/?y', ${rest} }`, /a\.url: is an address/],
  [`a: { type: npm, url: 'https://x' }`, /a\.repositories/],
  [`a: { type: npm, url: 'https://x', repositories: [a] }`, /a\.repositories\.0: is owner\/name/],
  [`a: { type: npm, url: 'https://x', token: x, ${rest} }`, /token/],
  [`a: { type: npm, url: 'https://x', auth: { bearer: hush }, ${rest} }`, /a\.auth: is \{ basic/],
  [`a: { type: npm, url: 'https://x', auth: { bearer: { env: NONE } }, ${rest} }`, /NONE is not set/],
  [
    `a: { type: npm, url: 'https://x', auth: { bearer: { file: /none } }, ${rest} }`,
    /\/none cannot be read: ENOENT/,
  ],
  [`a: { type: npm, url: 'https://x', scopes: [acme], ${rest} }`, /scope "acme" is not one such as @acme/],
  [`a: { type: pypi, url: 'https://x', scopes: [acme], ${rest} }`, /scopes are for npm and go only/],
  [`a: { type: npm, url: 'http://x', auth: { bearer: { env: SET } }, ${rest} }`, /over plain http/],
])('%s', (text, problem) => {
  const { registries, problems } = read(text, { SET: 'hush' });
  expect(problems.join('\n')).toMatch(problem);
  expect(problems.every((one) => one.startsWith('PRLT_REGISTRIES: '))).toBe(true);
  expect(problems.join('\n')).not.toContain('hush');
  expect(registries.length).toBeLessThanOrEqual(1);
});

test('plain http is fine in a network of one\u2019s own, and without a secret', () => {
  const own = `a: { type: npm, url: 'http://npm.internal:4873', auth: { bearer: { env: SET } }, ${rest} }`;
  expect(read(own, { SET: 'x' }, ['npm.internal:4873']).problems).toEqual([]);
  expect(read(`a: { type: npm, url: 'http://npm.internal', ${rest} }`).problems).toEqual([]);
});

test('a file that is not there is said by its name', () => {
  expect(readRegistries('/none.yml', {}, []).problems).toEqual([
    expect.stringContaining('PRLT_REGISTRIES: /none.yml cannot be read'),
  ]);
});
