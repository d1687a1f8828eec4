/** Takes out what Markdown itself never shows: unused definitions, titles of links, texts behind images. */
import { applyEdits, type Edit, rangeEnds, type Tally } from './edits.ts';
import { type Range, visibleCode } from './visible-code.ts';

const label = '\\[((?:[^\\[\\]\\\\\\n]|\\\\.|\\n(?![ \\t]*\\n)){1,999})\\]';
const title =
  '(?:"(?:[^"\\\\\\n]|\\\\.|\\n(?![ \\t]*\\n))*"|\'(?:[^\'\\\\\\n]|\\\\.|\\n(?![ \\t]*\\n))*\'|\\((?:[^()\\\\\\n]|\\\\.|\\n(?![ \\t]*\\n))*\\))';
const definition = new RegExp(
  `^[ \\t>]{0,12}(?:[-*+] {1,4}|\\d{1,9}[.)] {1,4})?${label}:[ \\t]*(?:\\n[ \\t]*)?(<[^<>\\n]*>|[^\\s<][^\\s]*)(?:(?:[ \\t]+|[ \\t]*\\n[ \\t>]*)(${title}))?[ \\t]*$`,
  'gm',
);
const footnote =
  /^ {0,3}\[\^([^\]\s[]{1,200})\]:[^\n]*(?:\n(?![ \t]*\n| {0,3}(?:\[\^|#|[-*+>] |```|~~~|<))[^\n]+)*/gm;
const used = /\[([^[\]]{1,999})\](?!:)/g;

/** Linear in the length of `text`. */
export function stripMarkdown(text: string, tally: Tally): string {
  const code = visibleCode(text);
  const without = applyEdits(text, [
    ...definitionEdits(text, code, tally),
    ...footnoteEdits(text, code, tally),
  ]);
  const left = visibleCode(without);
  return applyEdits(without, linkEdits(without, left, definedIn(without), tally));
}

/** A definition that nothing refers to is a comment; of one that is referred to only the title goes. */
function definitionEdits(text: string, code: Range[], tally: Tally): Edit[] {
  const inCode = rangeEnds(code);
  const references = new Set(
    [...text.replaceAll(definition, '').matchAll(used)].map((match) => normal(match[1])),
  );
  const edits: Edit[] = [];
  for (const match of text.matchAll(definition)) {
    const start = match.index;
    const [whole, name = '', address = '', shown] = match;
    if (inCode(start) !== undefined || name.startsWith('^')) continue;
    const end = start + whole.length;
    if (!references.has(normal(name)) || address.startsWith('#')) {
      tally.add('link definition');
      edits.push({ start, end, by: '' });
    } else if (shown) {
      tally.add('link title');
      const from = start + whole.lastIndexOf(shown);
      edits.push({ start: from, end, by: '' });
    }
  }
  return edits;
}

function footnoteEdits(text: string, code: Range[], tally: Tally): Edit[] {
  const inCode = rangeEnds(code);
  const references = new Set(
    [...text.matchAll(/\[\^([^\]\s[]{1,200})\](?!:)/g)].map((match) => normal(match[1])),
  );
  const edits: Edit[] = [];
  for (const match of text.matchAll(footnote)) {
    if (inCode(match.index) !== undefined || references.has(normal(match[1]))) continue;
    tally.add('unused footnote');
    edits.push({ start: match.index, end: match.index + match[0].length, by: '' });
  }
  return edits;
}

function definedIn(text: string): Set<string> {
  return new Set([...text.matchAll(definition)].map((match) => normal(match[1])));
}

/** `![alt](url "title")` becomes `![](url)`, `[text](url "title")` loses its title. */
function linkEdits(text: string, code: Range[], defined: Set<string>, tally: Tally): Edit[] {
  const inCode = rangeEnds(code);
  const titleBehind = titlesOf(text);
  const edits: Edit[] = [];
  for (const { open, close } of brackets(text)) {
    if (inCode(open) !== undefined) continue;
    const isImage = text[open - 1] === '!';
    const inside = text.slice(open + 1, Math.min(close, open + 1001));
    const next = text[close + 1];
    if (next === '(') {
      const found = titleBehind(close + 2);
      if (found) {
        tally.add('link title');
        edits.push({ ...found, by: '' });
      }
    }
    const replaced = isImage && (next === '(' || next === '[' || defined.has(normal(inside)));
    if (!replaced || inside.trim() === '') continue;
    tally.add('image text');
    // An image named only by its definition is nothing but hidden text once that name is taken away.
    const whole = next !== '(' && next !== '[';
    edits.push(whole ? { start: open - 1, end: close + 1, by: '' } : { start: open + 1, end: close, by: '' });
  }
  return edits;
}

/** Matching square brackets in order of their opening; one pass with a stack that a blank line empties. */
function brackets(text: string): { open: number; close: number }[] {
  const pairs: { open: number; close: number }[] = [];
  let stack: number[] = [];
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at];
    if (char === '\\') at += 1;
    else if (char === '[') stack.push(at);
    else if (char === '\n' && text[at + 1] === '\n') stack = [];
    else if (char === ']') {
      const open = stack.pop();
      if (open !== undefined) pairs.push({ open, close: at });
    }
  }
  return pairs.sort((a, b) => a.open - b.open);
}

const linkTitle =
  /[ \t\n]+("(?:[^"\\]|\\.){0,2000}"|'(?:[^'\\]|\\.){0,2000}'|\((?:[^()\\]|\\.){0,2000}\))[ \t\n]*(?=\))/y;

/** Finds the title behind an address; answers are kept, for many brackets can share one address. */
function titlesOf(text: string): (from: number) => Range | undefined {
  const known = new Map<number, Range | undefined>();
  let word: Range = { start: -1, end: -1 };
  return (from) => {
    const start = endOf(/[ \t\n]{0,20}(?:<[^<>\n]{0,2048}>)?/y, text, from);
    if (start < word.start || start > word.end) word = { start, end: endOf(/[^\s<>]*/y, text, start) };
    if (!known.has(word.end)) {
      linkTitle.lastIndex = word.end;
      known.set(word.end, linkTitle.test(text) ? { start: word.end, end: linkTitle.lastIndex } : undefined);
    }
    return known.get(word.end);
  };
}

function endOf(pattern: RegExp, text: string, from: number): number {
  pattern.lastIndex = from;
  pattern.test(text);
  return pattern.lastIndex;
}

function normal(name: string | undefined): string {
  return (name ?? '').replaceAll(/\s+/g, ' ').trim().toLowerCase();
}
