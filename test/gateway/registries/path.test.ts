/** Paths of a registry: what is below its address, and everything that could be led out of it. */
import { expect, test } from 'vitest';
import { addressBelow, pathFor, registryPath } from '#src/gateway/registries/path.ts';

const base = 'https://npm.example/repository/npm/';

test.each([
  ['', base],
  ['left-pad', `${base}left-pad`],
  ['@acme%2fwidget', `${base}@acme%2fwidget`],
  ['@acme/widget/-/widget-1.0.0.tgz', `${base}@acme/widget/-/widget-1.0.0.tgz`],
  ['a..b/...', `${base}a..b/...`],
  ['github.com/!azure/sdk/@v/list', `${base}github.com/!azure/sdk/@v/list`],
  ['x?a=../b', `${base}x?a=../b`],
])('%j is %s', (rest, address) => {
  expect(addressBelow(base, rest)?.href).toBe(address);
});

test.each([
  '..',
  '../private/x',
  'a/../../x',
  './x',
  '%2e%2e/x',
  '%2E%2e%2Fx',
  '.%2e/x',
  'a%2f..%2f..%2fx',
  '%252e%252e/x',
  '%25252e%25252e/x',
  '%2525252525252e%2525252525252e/x',
  '..;/x',
  '..;a=b/x',
  '%2e%2e;/x',
  '..%3b/x',
  '..\\x',
  'a\\..\\..\\x',
  '%5c..%5cx',
  '/evil.example/x',
  '//evil.example/x',
  '\\\\evil.example/x',
  '%00',
  'x%00y',
  'x%0d%0aHost:%20evil',
  'x\ny',
  'x y',
  'x#y',
  'ä',
])('%j leads out, or could', (rest) => {
  expect(addressBelow(base, rest)).toBeUndefined();
});

test('a registry at the root of its host has no other host', () => {
  expect(addressBelow('https://npm.example/', '@evil.example/x')?.host).toBe('npm.example');
  expect(addressBelow('https://npm.example/', 'x:y@evil.example')?.host).toBe('npm.example');
});

test('names on the socket', () => {
  expect(registryPath('/registries/acme/@a%2fb?x')).toEqual({ name: 'acme', rest: '@a%2fb?x' });
  expect(registryPath('/registries/acme/')).toEqual({ name: 'acme', rest: '' });
  for (const target of ['/registries/acme', '/registries//x', '/registries/../x/y', '/registries/%61/x']) {
    expect(registryPath(target)).toBeUndefined();
  }
});

test('the way back', () => {
  expect(pathFor('acme', base, new URL(`${base}a/b.tgz?x#sha`))).toBe('/registries/acme/a/b.tgz?x#sha');
  expect(pathFor('acme', base, new URL('https://npm.example/other/b.tgz'))).toBeUndefined();
  expect(pathFor('acme', base, new URL('https://npm.example:444/repository/npm/b'))).toBeUndefined();
});
