/** Hosts as people write them in allow-lists: `registry.npmjs.org`, `deb.debian.org:80`. */
import { z } from 'zod';
import { allowEntry } from '#src/core/network/authority.ts';
import { list } from './units.ts';

const wanted = 'one host such as registry.npmjs.org, or host:port; without scheme, path or wildcard';

/** Canonical `host:port`. */
export const host = z.string().transform((written, context) => {
  const entry = allowEntry(written.trim());
  if (entry !== undefined) return entry;
  context.addIssue({ code: 'custom', message: `${JSON.stringify(written)} is not ${wanted}` });
  return z.NEVER;
});

/** Several, between commas. */
export const hosts = list.pipe(z.array(host));
