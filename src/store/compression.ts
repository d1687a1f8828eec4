/**
 * How bodies lie in the database. Payloads of webhooks are full of repeated addresses and shrink to a sixth; what is not
 * written need not be waited for, nor written again when its row changes, nor kept for 14 days.
 */
import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';

/** `br`: Brotli. Null: as it came. */
export type Encoding = 'br' | null;

/** The fastest that Brotli has; the better ones take ten times as long for a third less. */
const params = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MIN_QUALITY };

/** What does not shrink stays as it is. */
export function compress(body: Buffer): { body: Buffer; encoding: Encoding } {
  const smaller = brotliCompressSync(body, { params, chunkSize: Math.max(1024, body.length >> 2) });
  return smaller.length < body.length ? { body: smaller, encoding: 'br' } : { body, encoding: null };
}

export function decompress({ body, encoding }: { body: Buffer; encoding: Encoding }): Buffer {
  return encoding === 'br' ? brotliDecompressSync(body) : body;
}
