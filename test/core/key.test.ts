import { expect, it } from 'vitest';
import { displayKey } from '#src/core/key.ts';

const item = { prefix: 'GH', number: 12, owner: 'acme', repo: 'widgets' };

it('is short at home and long elsewhere', () => {
  expect(displayKey(item)).toBe('GH-12');
  expect(displayKey({ ...item, home: { owner: 'ACME', repo: 'widgets' } })).toBe('GH-12');
  expect(displayKey({ ...item, home: { owner: 'acme', repo: 'gears' } })).toBe('acme/widgets#12');
});
