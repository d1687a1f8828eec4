/** Finds the pieces of known secrets in one pass over a text, however many pieces there are. */
import { type Pieces, pieceLength } from './pieces.ts';
import type { Found, KnownSecret } from './secret.ts';
import { squeeze } from './squeeze.ts';

export type FindKnown = (text: string) => Found[];

/** A rolling hash (Rabin-Karp) with a bit set in front of the map: a position costs some nanoseconds. */
const base = 0x01000193;
const bits = 19;
let lead = 1;
for (let index = 1; index < pieceLength; index += 1) lead = Math.imul(lead, base);

export function createFindKnown({ pieces, exact }: Pieces): FindKnown {
  const filter = new Uint8Array(1 << (bits - 3));
  const byHash = new Map<number, [piece: Uint8Array, secret: KnownSecret][]>();
  for (const [piece, secret] of pieces) {
    const bytes = new TextEncoder().encode(piece);
    let hash = 0;
    for (const byte of bytes.subarray(0, pieceLength)) hash = (Math.imul(hash, base) + byte) | 0;
    const slot = hash >>> (32 - bits);
    filter[slot >> 3] = (filter[slot >> 3] as number) | (1 << (slot & 7));
    byHash.set(hash, [...(byHash.get(hash) ?? []), [bytes, secret]]);
  }

  return (text) => {
    const found: Found[] = [];
    for (const [form, secret] of exact) {
      for (let at = text.indexOf(form); at >= 0; at = text.indexOf(form, at + form.length))
        found.push(of(secret, at, at + form.length));
    }
    if (byHash.size === 0) return found;
    const { bytes, at } = squeeze(text);
    let hash = 0;
    for (let index = 0; index < bytes.length; index += 1) {
      const out = index >= pieceLength ? (bytes[index - pieceLength] as number) : 0;
      hash = (Math.imul(hash - Math.imul(out, lead), base) + (bytes[index] as number)) | 0;
      const slot = hash >>> (32 - bits);
      if (((filter[slot >> 3] as number) & (1 << (slot & 7))) === 0) continue;
      const start = index - pieceLength + 1;
      for (const [piece, secret] of byHash.get(hash) ?? []) {
        if (start >= 0 && matches(bytes, start, piece))
          found.push(of(secret, at[start] as number, (at[start + piece.length - 1] as number) + 1));
      }
    }
    return found;
  };
}

function matches(bytes: Uint8Array, start: number, piece: Uint8Array): boolean {
  if (start + piece.length > bytes.length) return false;
  for (let index = 0; index < piece.length; index += 1)
    if (bytes[start + index] !== piece[index]) return false;
  return true;
}

function of({ name }: KnownSecret, start: number, end: number): Found {
  return { kind: `a secret of this service (${name})`, own: true, start, end, mark: `own ${name}` };
}
