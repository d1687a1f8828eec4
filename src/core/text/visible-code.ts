/**
 * Which parts of a Markdown text are surely code, where markup is shown as it is written.
 *
 * Deciding "code" wrongly would let hidden text through, so every doubt is decided against it: only fences in the first
 * column and code spans within one line count, neither near HTML; after an indented fence or a raw HTML block nothing counts.
 */

export interface Range {
  start: number;
  /** Exclusive. */
  end: number;
}

const columnFence = /^(`{3,}(?=[^`]*$)|~{3,})/;
const otherFence = /^[ \t]+(`{3,}|~{3,})/;
const htmlLine = /^ {0,3}<[a-z/!?]/i;
const rawHtmlLine = /^ {0,3}<(?:pre|script|style|textarea|!|\?)/i;
const comment = '<!--';
const tagStart = /<[a-z/!?]/i;

/** Linear in the length of `text`, which has `\n` line ends. Ranges are in order and do not overlap. */
export function visibleCode(text: string): Range[] {
  const ranges: Range[] = [];
  let fence: { mark: string; start: number } | undefined;
  let doubtfulParagraph = false;
  let inComment = false;
  let at = 0;
  for (const line of text.split('\n')) {
    const start = at;
    at += line.length + 1;
    if (fence) {
      if (closes(line, fence.mark)) {
        ranges.push({ start: fence.start, end: start + line.length });
        fence = undefined;
      }
      continue;
    }
    if (inComment || line.startsWith(comment)) {
      inComment = !line.includes('-->');
      continue;
    }
    if (line.trim() === '') {
      doubtfulParagraph = false;
      continue;
    }
    // A raw block can reach over blank lines, an indented fence belongs to a list whose end is hard to tell.
    if (otherFence.test(line) || rawHtmlLine.test(line)) return ranges;
    if (htmlLine.test(line)) doubtfulParagraph = true;
    const mark = columnFence.exec(line)?.[1];
    // Whether it opens or is part of the HTML around it decides about all that follows.
    if (mark && doubtfulParagraph) return ranges;
    if (mark) {
      fence = { mark, start };
      continue;
    }
    if (doubtfulParagraph) continue;
    const spans = spansOf(line);
    ranges.push(...spans.ranges.map((span) => ({ start: span.start + start, end: span.end + start })));
    // What is open at the end of a line may close in the next one and turn code and text around there.
    doubtfulParagraph = spans.open;
  }
  if (fence) ranges.push({ start: fence.start, end: text.length });
  return ranges;
}

function closes(line: string, mark: string): boolean {
  const run = /^ {0,3}(`{3,}|~{3,})[ \t]*$/.exec(line)?.[1];
  return run !== undefined && run[0] === mark[0] && run.length >= mark.length;
}

/** Code spans of one line. `open`: a backtick run or a tag is left open. A span with a bar may be two table cells. */
function spansOf(line: string): { ranges: Range[]; open: boolean } {
  const runs = [...line.matchAll(/`+/g)].map((run) => ({ start: run.index, end: run.index + run[0].length }));
  const nextOfLength = nextWithSameLength(runs);
  const ranges: Range[] = [];
  let at = 0;
  for (let index = 0; index < runs.length; ) {
    const run = runs[index];
    const closer = nextOfLength[index];
    const last = closer === undefined ? undefined : runs[closer];
    // A tag or an address in angle brackets binds as tightly as a span: which comes first is not worth the risk.
    if (
      !run ||
      !last ||
      closer === undefined ||
      isEscaped(line, run.start) ||
      tagStart.test(line.slice(at, run.start))
    ) {
      return { ranges, open: true };
    }
    if (!line.slice(run.start, last.end).includes('|')) ranges.push({ start: run.start, end: last.end });
    at = last.end;
    index = closer + 1;
  }
  const tail = line.slice(at);
  return { ranges, open: tagStart.test(tail.slice(tail.lastIndexOf('>') + 1)) };
}

/** For each backtick run the index of the next one of its length. */
function nextWithSameLength(runs: Range[]): (number | undefined)[] {
  const seen = new Map<number, number>();
  const next: (number | undefined)[] = new Array(runs.length).fill(undefined);
  for (let index = runs.length - 1; index >= 0; index -= 1) {
    const run = runs[index];
    if (!run) continue;
    next[index] = seen.get(run.end - run.start);
    seen.set(run.end - run.start, index);
  }
  return next;
}

function isEscaped(line: string, at: number): boolean {
  let slashes = 0;
  while (line[at - 1 - slashes] === '\\') slashes += 1;
  return slashes % 2 === 1;
}
