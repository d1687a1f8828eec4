/** Finds the lines of a comment that are commands: own line, not in a quote, code, a list, HTML or a hidden comment. */
import remarkParse from 'remark-parse';
import { type Processor, unified } from 'unified';

export interface CommandLine {
  /** Offset of the first character after `/prlt`. */
  start: number;
  /** 1-based. */
  line: number;
}

interface MarkdownNode {
  type: string;
  children?: MarkdownNode[];
  position?: { start: { offset?: number }; end: { offset?: number } };
}

const commandStart = /^ {0,3}\/prlt(?=[ \t]|$)/gim;

/**
 * Emphasis, links and underlined headings cannot hide a line, and parsing them takes quadratic time on hostile text
 * (22 s for 64 KB of `**a_`, 58 s for underlines), as GitHub's footnotes do. Left are blocks, code and HTML;
 * tables, the one extension of GitHub's that matters here, are seen to below.
 */
const skippedConstructs = [
  'attention',
  'autolink',
  'characterEscape',
  'characterReference',
  'hardBreakEscape',
  'labelEnd',
  'labelStartImage',
  'labelStartLink',
  'setextUnderline',
];

function blocksOnly(this: Processor): void {
  const data = this.data() as { micromarkExtensions?: unknown[] };
  data.micromarkExtensions ??= [];
  data.micromarkExtensions.push({ disable: { null: skippedConstructs } });
}

/** Read up to the last command at most: on each of these the parser takes quadratic time, or worse. */
const most = { lines: 3_000, markers: 2_000, marks: 4_000 };

/** `text` has `\n` line ends. Lines come in order; undefined when too much would have to be read to find them. */
export function commandLines(text: string): CommandLine[] | undefined {
  const candidates = [...text.matchAll(commandStart)];
  const last = candidates.at(-1);
  if (!last) return [];
  const read = text.slice(0, endOfParagraph(text, last.index));
  if (isTooMuch(read)) return undefined;
  const visible = paragraphsOf(shallow(read));
  let line = 1;
  let counted = 0;
  const found: CommandLine[] = [];
  for (const match of candidates) {
    line += lineEnds(text, counted, match.index);
    counted = match.index;
    const slash = match.index + match[0].indexOf('/');
    if (visible(slash)) found.push({ start: match.index + match[0].length, line });
  }
  return found;
}

/** A predicate over offsets: inside a paragraph of the comment itself, and there neither code, HTML nor a table. */
function paragraphsOf(text: string): (offset: number) => boolean {
  const tree = unified().use(remarkParse).use(blocksOnly).parse(text) as MarkdownNode;
  const paragraphs = (tree.children ?? []).filter((node) => node.type === 'paragraph');
  const hidden = paragraphs.flatMap((node) =>
    (node.children ?? []).filter((child) => child.type === 'inlineCode' || child.type === 'html'),
  );
  const isParagraph = within(paragraphs);
  const isHidden = within(hidden);
  const isTable = within(paragraphs.flatMap((node) => tableIn(text, node) ?? []));
  return (offset) => isParagraph(offset) && !isHidden(offset) && !isTable(offset);
}

const delimiterRow = /^ {0,3}(?=[^\n]*[|:])\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$/m;

/** The rows of a table reach from its delimiter row to the end of the paragraph. */
function tableIn(text: string, { position }: MarkdownNode): MarkdownNode | undefined {
  const start = position?.start.offset ?? 0;
  const end = position?.end.offset ?? 0;
  const row = delimiterRow.exec(text.slice(start, end));
  return row
    ? { type: 'table', position: { start: { offset: start + row.index }, end: { offset: end } } }
    : undefined;
}

/** Nodes come in order and do not overlap, so asking with rising offsets walks them once. */
function within(nodes: MarkdownNode[]): (offset: number) => boolean {
  let next = 0;
  return (offset) => {
    while (next < nodes.length && (nodes[next]?.position?.end.offset ?? 0) <= offset) next += 1;
    return (nodes[next]?.position?.start.offset ?? Number.POSITIVE_INFINITY) <= offset;
  };
}

const deepest = 6;
const containerMarker = /[>*+-]|\d{1,9}[.)]/y;

/**
 * Overwrites what stands behind six or more quote and list markers, keeping every offset: such a line is no command
 * whatever it says, and nesting without end exhausts the parser's stack.
 */
function shallow(text: string): string {
  return text
    .split('\n')
    .map((line) => {
      const deep = behindMarkers(line, deepest);
      return deep === undefined ? line : `${line.slice(0, deep)}${'x'.repeat(line.length - deep)}`;
    })
    .join('\n');
}

/** Where the text starts after `count` markers, or undefined when the line has fewer. */
function behindMarkers(line: string, count: number): number | undefined {
  let at = 0;
  for (let found = 0; found < count; found += 1) {
    while (line[at] === ' ' || line[at] === '\t') at += 1;
    containerMarker.lastIndex = at;
    if (!containerMarker.test(line)) return undefined;
    at = containerMarker.lastIndex;
  }
  return at;
}

function endOfParagraph(text: string, from: number): number {
  const end = text.indexOf('\n\n', from);
  return end < 0 ? text.length : end;
}

/** Quote and list markers count as deep as they are read. */
function isTooMuch(text: string): boolean {
  const lines = text.split('\n');
  if (lines.length > most.lines || count(text, /[`<]/g) > most.marks) return true;
  const leading = /^[ \t>*+\-\d.)]*/;
  const markers = lines.map((line) => Math.min(count(leading.exec(line)?.[0] ?? '', /[>*+\-.)]/g), deepest));
  return markers.reduce((sum, each) => sum + each, 0) > most.markers;
}

function count(text: string, what: RegExp): number {
  return text.match(what)?.length ?? 0;
}

function lineEnds(text: string, from: number, to: number): number {
  let count = 0;
  for (let at = text.indexOf('\n', from); at >= 0 && at < to; at = text.indexOf('\n', at + 1)) count += 1;
  return count;
}
