/** Cuts and replacements in a text, collected first and made in one pass. */
import type { Range } from './visible-code.ts';

export interface Edit extends Range {
  by: string;
}

/** Applies edits in order of position; one that begins inside an earlier one is dropped. */
export function applyEdits(text: string, edits: Edit[]): string {
  const parts: string[] = [];
  let at = 0;
  for (const edit of edits.toSorted((a, b) => a.start - b.start || b.end - a.end)) {
    if (edit.start < at) continue;
    parts.push(text.slice(at, edit.start), edit.by);
    at = edit.end;
  }
  return parts.join('') + text.slice(at);
}

/** A function that answers, for offsets asked in rising order, the end of the range they are in. */
export function rangeEnds(ranges: Range[]): (offset: number) => number | undefined {
  let next = 0;
  return (offset) => {
    while (next < ranges.length && (ranges[next]?.end ?? 0) <= offset) next += 1;
    const range = ranges[next];
    return range && range.start <= offset ? range.end : undefined;
  };
}

/** Counts by kind, in the order in which the kinds appeared. */
export class Tally {
  readonly #counts = new Map<string, number>();

  add(kind: string, count = 1): void {
    if (count > 0) this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + count);
  }

  list(): { kind: string; count: number }[] {
    return [...this.#counts].map(([kind, count]) => ({ kind, count }));
  }
}
