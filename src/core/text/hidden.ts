/** Takes out of a text by people everything that its readers on the page do not see, and says what that was. */
import { Tally } from './edits.ts';
import { stripHtml } from './hidden-html.ts';
import { stripMarkdown } from './hidden-markdown.ts';
import { type Stripped, stripInvisible } from './invisible.ts';

/**
 * `raw` is Markdown as the board stored it. HTML and link markup inside code is shown to readers and stays; invisible
 * characters go everywhere. Linear in the length of `raw`.
 */
export function stripHidden(raw: string): { text: string; stripped: Stripped[] } {
  const plain = stripInvisible(raw);
  const tally = new Tally();
  for (const { kind, count } of plain.stripped) tally.add(kind, count);
  const text = stripMarkdown(stripHtml(plain.text, tally), tally);
  return { text, stripped: tally.list() };
}

/** Sums counts of several texts, kinds in the order of their first appearance. */
export function addUp(lists: Stripped[][]): Stripped[] {
  const tally = new Tally();
  for (const { kind, count } of lists.flat()) tally.add(kind, count);
  return tally.list();
}

/** The sentence that people read, or undefined when nothing was left out. */
export function describeStripped(stripped: Stripped[]): string | undefined {
  if (stripped.length === 0) return undefined;
  return `Left out of the prompt: ${stripped.map(({ kind, count }) => `${count} ${plural(kind, count)}`).join(', ')}.`;
}

function plural(kind: string, count: number): string {
  return count === 1 ? kind : `${kind}s`;
}
