/** GitHub's proof that a delivery is its own: an HMAC over the raw bytes (docs: validating webhook deliveries). */
import { createHmac, timingSafeEqual } from 'node:crypto';

const prefix = 'sha256=';

/** Compares in constant time; anything that is not a SHA-256 signature is false. */
export function isSigned(secret: string, body: Uint8Array, header: string | undefined): boolean {
  if (!header?.startsWith(prefix)) return false;
  const given = Buffer.from(header.slice(prefix.length), 'hex');
  const right = createHmac('sha256', secret).update(body).digest();
  return given.length === right.length && timingSafeEqual(given, right);
}
