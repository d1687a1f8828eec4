/** Looks through what is about to leave the service for secrets: its own, and tokens of well-known forms, however written. */
import { createFindKnown } from './find-known.ts';
import { formats, isPlaceholder } from './formats.ts';
import { piecesOf } from './pieces.ts';
import type { Found, KnownSecret } from './secret.ts';
import { views } from './views.ts';

export interface SecretScan {
  /** Texts beyond some 100,000 characters are searched in overlapping parts by the caller. Linear in the length of `text`. */
  find(text: string): Found[];
  /** The service's own only, which is several times faster. */
  findOwn(text: string): Found[];
  redact(text: string): string;
}

export function createSecretScan(known: readonly KnownSecret[]): SecretScan {
  const findKnown = createFindKnown(piecesOf(known));
  const find = (text: string): Found[] => [...findKnown(text), ...findFormats(text)];
  return { find, findOwn: findKnown, redact: (text) => withoutFound(text, find(text)) };
}

const anchors = formats.flatMap((format) => format.anchors);

function findFormats(text: string): Found[] {
  const found: Found[] = [];
  for (const view of views(text, anchors)) {
    for (const { kind, sure, anchors: signs, pattern } of formats) {
      if (!signs.some((anchor) => view.text.includes(anchor))) continue;
      for (const { 0: token, index } of view.text.matchAll(pattern)) {
        if (isPlaceholder(token) || (view.chance && !sure && !isMixed(token))) continue;
        const [start, end] = view.place(index, index + token.length);
        // The joined text runs on into the words behind a token that was found where it stands.
        if (found.some((one) => one.kind === kind && one.start === start)) continue;
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

/** Places of one secret that lie close together are one; what is between them goes too. */
const gap = 12;
/** Characters at either end of an encoded secret that depend on its neighbours. */
const rim = 6;

function withoutFound(text: string, found: readonly Found[]): string {
  let left = '';
  let end = 0;
  for (const [start, stop] of ranges(text, found)) {
    if (start >= end) left += `${text.slice(end, start)}[redacted]`;
    end = Math.max(end, stop);
  }
  return left + text.slice(end);
}

function ranges(text: string, found: readonly Found[]): [start: number, end: number][] {
  const last = new Map<string, [number, number]>();
  const all: [number, number][] = [];
  for (const { mark, start, end } of found.toSorted((a, b) => a.start - b.start)) {
    const before = last.get(mark);
    if (before && start <= before[1] + gap) before[1] = Math.max(before[1], end);
    else {
      const range: [number, number] = [start, end];
      last.set(mark, range);
      all.push(range);
    }
  }
  return all
    .map(([start, end]): [number, number] => [
      start - (/[\w+/=-]*$/.exec(text.slice(Math.max(0, start - rim), start))?.[0].length ?? 0),
      end + (/^[\w+/=-]*/.exec(text.slice(end, end + rim))?.[0].length ?? 0),
    ])
    .toSorted((a, b) => a[0] - b[0]);
}
