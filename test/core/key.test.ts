import { expect, it } from 'vitest';
import { displayKey, parseKey } from '#src/core/key.ts';

const item = { prefix: 'GH', number: 12, owner: 'acme', repo: 'widgets' };

it('is short at home and long elsewhere', () => {
  expect(displayKey(item)).toBe('GH-12');
  expect(displayKey({ ...item, home: { owner: 'ACME', repo: 'widgets' } })).toBe('GH-12');
  expect(displayKey({ ...item, home: { owner: 'acme', repo: 'gears' } })).toBe('acme/widgets#12');
});

it.each([
  ['GH-12', { kind: 'home', number: 12 }],
  ['gh-12', { kind: 'home', number: 12 }],
  ['#12', { kind: 'home', number: 12 }],
  ['acme/widgets#12', { kind: 'repo', owner: 'acme', repo: 'widgets', number: 12 }],
  ['ENG-9', { kind: 'board', project: 'ENG', number: 9 }],
  ['GH-0', undefined],
  ['12', undefined],
  ['acme/widgets', undefined],
  ['', undefined],
])('%s is read', (text, expected) => {
  expect(parseKey(text, { prefix: 'GH' })).toEqual(expected);
});
