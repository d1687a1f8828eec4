/** Which images a repository may bring. */
import { expect, test } from 'vitest';
import { isImageAllowed } from '#src/core/allowed-images.ts';

test.each<[string[], string, boolean]>([
  [[], 'debian:12', false],
  [['debian:12'], 'debian:12', true],
  [['debian:12'], 'debian:12-slim', false],
  [['debian:12'], 'evil/debian:12', false],
  [['ghcr.io/acme/*'], 'ghcr.io/acme/widgets:1', true],
  [['ghcr.io/acme/*'], 'ghcr.io/acme-evil/widgets:1', false],
  [['ghcr.io/*/dev:*'], 'ghcr.io/acme/dev:7', true],
  [['ghcr.io/*/dev:*'], 'ghcr.io/acme/prod:7', false],
  [['a*a'], 'a', false],
  [['*-dev', 'x'], 'widgets-dev', true],
  [['*'], 'anything/at:all', true],
  [['a*b*b'], 'ab', false],
  [['a.c'], 'abc', false],
])('%j allows %s: %s', (patterns, image, allowed) => {
  expect(isImageAllowed(patterns, image)).toBe(allowed);
});
