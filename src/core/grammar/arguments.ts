/** Reads the arguments and options of one command by its shape, from where its name ends. */
import { inlineCode } from '../text/inline-code.ts';
import type { CommandShape } from './command-shape.ts';
import { quotedAt, withoutOuterQuotes } from './quotes.ts';

export type Arguments =
  | {
      kind: 'read';
      args: Record<string, string>;
      options: Record<string, string | true>;
      text: string;
      end: number;
    }
  | { kind: 'wrong'; sentence: string; end: number };

type Token = { kind: 'token'; text: string; quoted: boolean; end: number } | { kind: 'unterminated' };

/** `end` is the offset up to which the comment was used; a quoted text may reach over several lines. */
export function readArguments(source: string, start: number, shape: CommandShape): Arguments {
  const args: Record<string, string> = {};
  const options: Record<string, string | true> = {};
  const waiting = [...shape.args];
  let text = '';
  let at = skipBlanks(source, start);
  const wrong = (sentence: string): Arguments => ({ kind: 'wrong', sentence, end: lineEnd(source, at) });

  while (at < source.length && source[at] !== '\n') {
    const option = optionAt(source, at);
    if (option) {
      const known = shape.options.find(({ name }) => name === option.name);
      if (!known) return wrong(`There is no option ${code(`--${option.name}`)} here.`);
      if (known.kind === 'flag') {
        if (option.hasValue) return wrong(`The option ${code(`--${known.name}`)} takes no value.`);
        options[known.name] = true;
        at = skipBlanks(source, option.end);
        continue;
      }
      const from = option.hasValue ? option.end : skipBlanks(source, option.end);
      const value = tokenAt(source, from);
      if (value.kind === 'unterminated') return wrong(unclosed);
      if (value.text === '' && !value.quoted)
        return wrong(`The option ${code(`--${known.name}`)} needs a value.`);
      options[known.name] = value.text;
      at = skipBlanks(source, value.end);
      continue;
    }
    const next = waiting.shift();
    if (!next) return wrong(`${code(restOfLine(source, at))} is more than this command takes.`);
    const value = next.rest ? restAt(source, at) : tokenAt(source, at);
    if (value.kind === 'unterminated') return wrong(unclosed);
    args[next.name] = value.text;
    if (next.rest) text = value.text;
    at = skipBlanks(source, value.end);
  }
  const missing = shape.args.find(({ name, required }) => required && !args[name]?.trim());
  if (missing) return wrong(`The ${missing.name} is missing.`);
  return { kind: 'read', args, options, text, end: at };
}

const unclosed = 'A quotation mark is opened and never closed.';

function tokenAt(source: string, at: number): Token {
  const quoted = quotedAt(source, at);
  if (quoted.kind === 'unterminated') return { kind: 'unterminated' };
  if (quoted.kind === 'quoted') return { kind: 'token', text: quoted.text, quoted: true, end: quoted.end };
  let end = at;
  while (end < source.length && !/\s/.test(source[end] ?? ' ')) end += 1;
  return { kind: 'token', text: source.slice(at, end), quoted: false, end };
}

/** A quoted text, over several lines if need be; else the rest of the line as it stands. */
function restAt(source: string, at: number): Token {
  const quoted = quotedAt(source, at);
  const end = lineEnd(source, at);
  const line: Token = {
    kind: 'token',
    text: withoutOuterQuotes(source.slice(at, end).trim()),
    quoted: false,
    end,
  };
  if (quoted.kind === 'none') return line;
  // An apostrophe can begin a word ('tis), so alone it opens nothing.
  if (quoted.kind === 'unterminated') return quoted.apostrophe ? line : { kind: 'unterminated' };
  const after = skipBlanks(source, quoted.end);
  const alone = after >= source.length || source[after] === '\n' || optionAt(source, after) !== undefined;
  if (alone) return { kind: 'token', text: quoted.text, quoted: true, end: quoted.end };
  const whole = lineEnd(source, after);
  return {
    kind: 'token',
    text: withoutOuterQuotes(source.slice(at, whole).trim()),
    quoted: false,
    end: whole,
  };
}

/** Phones turn `--` into a dash, so both kinds of dash open an option. */
function optionAt(source: string, at: number): { name: string; hasValue: boolean; end: number } | undefined {
  const pattern = /(?:--|—|–)([a-z][a-z0-9-]{0,40})(=?)/iy;
  pattern.lastIndex = at;
  const match = pattern.exec(source);
  if (!match?.[1]) return undefined;
  return { name: match[1].toLowerCase(), hasValue: match[2] === '=', end: pattern.lastIndex };
}

function skipBlanks(source: string, from: number): number {
  let at = from;
  while (source[at] === ' ' || source[at] === '\t') at += 1;
  return at;
}

function lineEnd(source: string, from: number): number {
  const end = source.indexOf('\n', from);
  return end < 0 ? source.length : end;
}

function restOfLine(source: string, at: number): string {
  return source.slice(at, lineEnd(source, at)).trim();
}

function code(text: string): string {
  return inlineCode(text, 40);
}
