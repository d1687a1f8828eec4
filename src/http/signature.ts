/** GitHub's proof that a delivery is its own: an HMAC over the raw bytes (docs: validating webhook deliveries). */
import { createHmac, type KeyObject, timingSafeEqual } from 'node:crypto';

/** Compares in constant time; anything that is not a SHA-256 signature is false. A key object is quicker than its text. */
export function isSigned(secret: string | KeyObject, body: Uint8Array, header: string | undefined): boolean {
  const given = /^sha256=([0-9a-f]{64})$/i.exec(header ?? '')?.[1];
  if (given === undefined) return false;
  const right = createHmac('sha256', secret).update(body).digest();
  return timingSafeEqual(Buffer.from(given, 'hex'), right);
}
