/** Looks through what is about to leave the service for secrets: its own, and tokens of well-known forms, however written. */
import { createFindKnown } from './find-known.ts';
import { formats, isPlaceholder } from './formats.ts';
import { piecesOf } from './pieces.ts';
import type { Found, KnownSecret } from './secret.ts';
import { views } from './views.ts';

export interface SecretScan {
  /** Texts beyond some 100,000 characters are searched in overlapping parts by the caller. Linear in the length of `text`. */
  find(text: string): Found[];
  redact(text: string): string;
}

export function createSecretScan(known: readonly KnownSecret[]): SecretScan {
  const findKnown = createFindKnown(piecesOf(known));
  const find = (text: string): Found[] => [...findKnown(text), ...findFormats(text)];
  return { find, redact: (text) => withoutFound(text, find(text)) };
}

function findFormats(text: string): Found[] {
  const found: Found[] = [];
  for (const view of views(text)) {
    for (const { kind, anchors, pattern } of formats) {
      if (!anchors.some((anchor) => view.text.includes(anchor))) continue;
      for (const { 0: token, index } of view.text.matchAll(pattern)) {
        if (isPlaceholder(token) || (view.chance && !isMixed(token))) continue;
        const [start, end] = view.place(index, index + token.length);
        found.push({ kind, own: false, start, end, mark: `${kind} ${token}` });
      }
    }
  }
  return found;
}

/** Words that lie side by side have few digits. */
function isMixed(token: string): boolean {
  return (token.slice(8).match(/\d/g)?.length ?? 0) >= Math.min(4, token.length / 10);
}

/** Places that lie close together are one secret; what is between them goes too. */
const gap = 12;

function withoutFound(text: string, found: readonly Found[]): string {
  if (found.length === 0) return text;
  let left = '';
  let end = 0;
  let until = Number.NEGATIVE_INFINITY;
  for (const { start, end: stop } of found.toSorted((a, b) => a.start - b.start)) {
    if (start > until + gap) {
      left += `${text.slice(end, start)}[redacted]`;
    }
    until = Math.max(until, stop);
    end = until;
  }
  return left + text.slice(end);
}
