/** What a registry of some scopes is asked for and does not have: npm's public packages. */
import type { Registry } from '#src/core/registry.ts';

const publicNpm = 'https://registry.npmjs.org/';

/** Of a package without a scope its metadata and its files, and what a registry is asked about all packages. */
const ofNoScope = /^(?:-\/.*|[^@%/]+(?:\/-\/[^/]+)?)$/;

/**
 * Where the public registry has `rest`, for the run to go there itself by its allow-list; undefined for what is the
 * registry's own.
 */
export function publicAddress({ type, scopes }: Registry, rest: string): string | undefined {
  if (type !== 'npm' || scopes.length === 0) return undefined;
  const [path = ''] = rest.split('?');
  return ofNoScope.test(path) ? `${publicNpm}${rest}` : undefined;
}
