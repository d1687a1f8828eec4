/** Identities as GitHub hands them out: database ids beyond 32 bits, node ids that mean nothing to a reader. */
import { randomBytes } from 'node:crypto';

export interface Ids {
  /** A database id above 2^32, rising, with gaps. */
  next(): number;
  /** An opaque GraphQL id with the type's usual prefix, such as `I_kwDO…`. */
  node(prefix: string): string;
}

export function createIds(): Ids {
  let last = 5_100_000_000;
  return {
    next() {
      last += 1 + (randomBytes(1)[0] ?? 0);
      return last;
    },
    node: (prefix) => `${prefix}_kwDO${randomBytes(9).toString('base64url')}`,
  };
}
