/** Finds the parts of an item's body that have a meaning of their own: criteria, subtasks, specs. Linear scans of lines. */
import { rangeEnds } from '../text/edits.ts';
import { visibleCode } from '../text/visible-code.ts';

export interface Task {
  title: string;
  done: boolean;
}

interface Line {
  text: string;
  inCode: boolean;
}

const heading = /^ {0,3}(#{1,6})[ \t]+(.+)$/;
const boldHeading = /^ {0,3}(?:\*\*|__)([^*_]{1,80})(?:\*\*|__)[ \t]*:?[ \t]*$/;
const underline = /^ {0,3}(=+|-{2,})[ \t]*$/;
const criteriaTitle =
  /^[\W_]*(?:acceptance(?:[ -](?:criteria|criterion|tests?))?|definition of done|done when|DoD)[\W_]*$/i;
const taskItem = /^([ \t>]*)(?:[-*+]|\d{1,9}[.)])[ \t]+\[([ xX])\][ \t]+(\S.*)$/;
const specLine = /^ {0,3}(?:[-*+][ \t]+)?spec[ \t]*:[ \t]*(\S.*)$/i;

/** Most specs that one item may name. */
export const mostSpecs = 10;

/**
 * The text under a heading such as "Acceptance criteria" or "Definition of done", of any level, down to the next heading
 * of its level; without one, a checklist at the top level; undefined when there is neither. `rest` is what is left of
 * the body; a checklist without a heading stays in it too.
 */
export function splitCriteria(body: string | null): { criteria?: string; rest: string } {
  const lines = linesOf(body);
  const kept: string[] = [];
  const criteria: string[] = [];
  let level: number | undefined;
  for (const [index, { text, inCode }] of lines.entries()) {
    const found = inCode ? undefined : headingOf(text, lines[index + 1]?.text);
    const isUnderline = level !== undefined && criteria.length === 0 && underline.test(text);
    if (isUnderline) continue;
    if (found && level !== undefined && found.level <= level) level = undefined;
    if (found && level === undefined && criteriaTitle.test(found.title)) level = found.level;
    else (level === undefined ? kept : criteria).push(text);
  }
  const written = criteria.join('\n').trim();
  if (written) return { criteria: written, rest: kept.join('\n').trim() };
  const rest = lines
    .map(({ text }) => text)
    .join('\n')
    .trim();
  const checklist = lines
    .filter(({ text, inCode }) => !inCode && taskItem.exec(text)?.[1] === '')
    .map(({ text }) => text);
  return checklist.length > 0 ? { criteria: checklist.join('\n'), rest } : { rest };
}

/** Items of task lists outside code, in order. */
export function subtasks(body: string | null): Task[] {
  return linesOf(body).flatMap(({ text, inCode }) => {
    const match = inCode ? null : taskItem.exec(text);
    return match?.[3] ? [{ title: match[3].trim(), done: match[2] !== ' ' }] : [];
  });
}

/** Paths of `spec: path` lines, each once: relative to the repository, never out of it, at most ten. */
export function specPaths(body: string | null): string[] {
  const named = linesOf(body).flatMap(({ text, inCode }) => {
    const match = inCode ? null : specLine.exec(text);
    const path = match?.[1] ? repoPath(match[1]) : undefined;
    return path ? [path] : [];
  });
  return [...new Set(named)].slice(0, mostSpecs);
}

function repoPath(written: string): string | undefined {
  const link = /^\[[^\]]*\]\(([^()\s]+)\)$/.exec(written.trim())?.[1];
  const path = (link ?? written)
    .trim()
    .replace(/^[`"']|[`"']$/g, '')
    .replace(/^\.\//, '');
  const parts = path.split('/');
  const plain = /^[^\p{C}\\:*?"<>|]{1,400}$/u.test(path);
  const inside = parts.every(
    (part) => part !== '' && part !== '.' && part !== '..' && part.toLowerCase() !== '.git',
  );
  return plain && inside && !path.startsWith('-') && !path.startsWith('~') ? path : undefined;
}

function headingOf(line: string, next = ''): { level: number; title: string } | undefined {
  const hashes = heading.exec(line);
  if (hashes?.[1] && hashes[2]) return { level: hashes[1].length, title: hashes[2] };
  const under = line.trim() === '' ? undefined : underline.exec(next)?.[1];
  if (under) return { level: under.startsWith('=') ? 1 : 2, title: line };
  const bold = boldHeading.exec(line);
  // A bold line counts as a heading below all others.
  return bold?.[1] ? { level: 7, title: bold[1] } : undefined;
}

function linesOf(body: string | null): Line[] {
  const text = (body ?? '').replaceAll(/\r\n?/g, '\n');
  const codeAt = rangeEnds(visibleCode(text));
  let at = 0;
  return text.split('\n').map((line) => {
    const end = codeAt(at);
    const inCode = end !== undefined && end >= at + line.length && line.trim() !== '';
    at += line.length + 1;
    return { text: line, inCode };
  });
}
