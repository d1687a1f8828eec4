/** Reads the commands in a comment: text to typed values or typed errors. Performing them is someone else's. */
import { distance } from 'fastest-levenshtein';
import { inlineCode } from '../text/inline-code.ts';
import { readArguments } from './arguments.ts';
import { commandLines } from './command-lines.ts';
import { type CommandShape, longName } from './command-shape.ts';

export type ParsedLine =
  | {
      kind: 'command';
      /** Long name without `/prlt`: `work start`, `help`. */
      verb: string;
      args: Record<string, string>;
      options: Record<string, string | true>;
      /** What the last, open-ended argument took; empty when the shape has none. */
      text: string;
      line: number;
    }
  | {
      kind: 'error';
      code: 'UNKNOWN_COMMAND' | 'USAGE';
      sentence: string;
      usage: string;
      /** Usage of the command that was probably meant. */
      nearest?: string;
      line: number;
    };

export interface GrammarOptions {
  /** Whether there is an issue or pull request at hand, so that `/prlt start` is enough. */
  shortFormContext: boolean;
}

/** One comment does not give more commands than this. */
export const mostCommands = 5;

/** Said instead of reading a comment that would take seconds. */
const tooMuch =
  'This comment has too much Markdown (lines, list items, quotes, backticks, tags) above its last `/prlt` line to look for commands in it. Give them in a comment of their own.';

/** `body` is Markdown with any line ends. Lines are 1-based. A comment without commands gives an empty list. */
export function parseCommands(
  body: string,
  registry: readonly CommandShape[],
  options: GrammarOptions,
): ParsedLine[] {
  const text = body.replaceAll(/\r\n?/g, '\n');
  const parsed: ParsedLine[] = [];
  const lines = commandLines(text);
  if (!lines) return [{ kind: 'error', code: 'USAGE', sentence: tooMuch, usage: usages(registry), line: 1 }];
  let used = 0;
  for (const { start, line } of lines) {
    if (start < used) continue;
    if (parsed.length === mostCommands) {
      const sentence = `A comment may give at most ${mostCommands} commands; this one and those after it did not run.`;
      return [...parsed, { kind: 'error', code: 'USAGE', sentence, usage: usages(registry), line }];
    }
    const { result, end } = parseAt(text, start, registry, options);
    parsed.push({ ...result, line });
    used = end;
  }
  return parsed;
}

type Unplaced = ParsedLine extends infer Line
  ? Line extends ParsedLine
    ? Omit<Line, 'line'>
    : never
  : never;

function parseAt(
  text: string,
  start: number,
  registry: readonly CommandShape[],
  { shortFormContext }: GrammarOptions,
): { result: Unplaced; end: number } {
  const head = headAt(text, start);
  const found = findShape(head, registry);
  if (found.kind === 'error') return { result: found, end: start };
  const { shape, words } = found;
  if (!shortFormContext && words === 1 && shape.group !== shape.verb) {
    const sentence = `There is no issue at hand here, so give the long form: ${inlineCode(`/prlt ${longName(shape)}`)}.`;
    return { result: { kind: 'error', code: 'USAGE', sentence, usage: shape.usage }, end: start };
  }
  const read = readArguments(text, head[words - 1]?.end ?? start, shape);
  if (read.kind === 'wrong') {
    return {
      result: { kind: 'error', code: 'USAGE', sentence: read.sentence, usage: shape.usage },
      end: read.end,
    };
  }
  const { args, options, end } = read;
  return { result: { kind: 'command', verb: longName(shape), args, options, text: read.text }, end };
}

interface Word {
  text: string;
  end: number;
}

/** The first two words of the line. */
function headAt(text: string, start: number): Word[] {
  const word = /[ \t]*([^\s]+)/y;
  word.lastIndex = start;
  const words: Word[] = [];
  for (let match = word.exec(text); match?.[1] && words.length < 2; match = word.exec(text)) {
    words.push({ text: match[1].toLowerCase(), end: word.lastIndex });
  }
  return words;
}

type Found = { kind: 'shape'; shape: CommandShape; words: 1 | 2 } | Extract<Unplaced, { kind: 'error' }>;

function findShape([first, second]: Word[], registry: readonly CommandShape[]): Found {
  if (!first)
    return { kind: 'error', code: 'USAGE', sentence: 'No command was named.', usage: usages(registry) };
  const group = registry.filter((shape) => shape.group === first.text && shape.group !== shape.verb);
  const long = second && group.find((shape) => answersTo(shape, second.text));
  if (long) return { kind: 'shape', shape: long, words: 2 };
  const short = registry.find((shape) => answersTo(shape, first.text));
  if (short) return { kind: 'shape', shape: short, words: 1 };
  if (group.length > 0 && !second) {
    const sentence = `${inlineCode(first.text, 40)} needs a verb.`;
    return { kind: 'error', code: 'USAGE', sentence, usage: usages(group) };
  }
  const asked = group.length > 0 ? `${first.text} ${second?.text}` : first.text;
  return unknown(asked, registry);
}

function unknown(asked: string, registry: readonly CommandShape[]): Found {
  const sentence = `There is no command ${inlineCode(asked, 40)}.`;
  const nearest = nearestTo(asked, registry);
  if (!nearest) return { kind: 'error', code: 'UNKNOWN_COMMAND', sentence, usage: usages(registry) };
  return {
    kind: 'error',
    code: 'UNKNOWN_COMMAND',
    sentence: `${sentence} The nearest one is ${inlineCode(longName(nearest))}.`,
    usage: nearest.usage,
    nearest: nearest.usage,
  };
}

function nearestTo(asked: string, registry: readonly CommandShape[]): CommandShape | undefined {
  const word = asked.slice(0, 80);
  const far = (shape: CommandShape) =>
    Math.min(...[longName(shape), shape.verb, ...(shape.aliases ?? [])].map((name) => distance(word, name)));
  return registry.map((shape) => ({ shape, far: far(shape) })).toSorted((a, b) => a.far - b.far)[0]?.shape;
}

function answersTo(shape: CommandShape, word: string): boolean {
  return shape.verb === word || (shape.aliases?.includes(word) ?? false);
}

function usages(shapes: readonly CommandShape[]): string {
  return shapes.map(({ usage }) => usage).join('\n');
}
