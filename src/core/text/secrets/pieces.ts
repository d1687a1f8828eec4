/** A known secret as the pieces that are searched for: enough of them that a part of it, cut anywhere, is found too. */
import { encodings } from './encodings.ts';
import type { KnownSecret } from './secret.ts';
import { squeezed } from './squeeze.ts';

/** Letters and digits of a piece: what has so many of them by chance is not met with. */
export const pieceLength = 20;
const digitsLength = 40;
/** Shorter values are no secrets, and would be found everywhere. */
const shortest = 6;

export interface Pieces {
  /** Squeezed, each `pieceLength` long or, for numbers, longer. */
  pieces: Map<string, KnownSecret>;
  /** Forms of short values, to be found as they stand. */
  exact: Map<string, KnownSecret>;
}

export function piecesOf(secrets: readonly KnownSecret[]): Pieces {
  const pieces = new Map<string, KnownSecret>();
  const exact = new Map<string, KnownSecret>();
  for (const secret of secrets) {
    for (const value of tellingParts(secret.value.trim())) {
      const { forms, digits } = encodings(value);
      if (squeezed(value).length < pieceLength) {
        const short = [...forms, ...digits].filter((form) => form.length >= shortest);
        if (value.length >= shortest) for (const form of short) exact.set(form, secret);
        continue;
      }
      for (const form of forms)
        for (const piece of cut(squeezed(form), pieceLength)) pieces.set(piece, secret);
      for (const form of digits)
        for (const piece of cut(squeezed(form), digitsLength)) pieces.set(piece, secret);
    }
  }
  return { pieces, exact };
}

/** Of a PEM file only what is its own: its armour and the first line of the body are the same in many keys. */
function tellingParts(value: string): string[] {
  if (!value.includes('-----BEGIN ')) return [value];
  const lines = value.split(/\r?\n|\\n/).filter((line) => !line.includes('-----') && !line.includes(':'));
  const body = lines.slice(1);
  return body.length === 0 ? [value] : [body.join('\n'), body.join('')];
}

/** One after the other, the last one flush with the end. */
function cut(text: string, length: number): string[] {
  const found: string[] = [];
  for (let at = 0; at + length <= text.length; at += length) found.push(text.slice(at, at + length));
  if (text.length >= length) found.push(text.slice(-length));
  return found;
}
