/** Quoted text as people's keyboards write it: straight, typographic, German, French. */

const doubles = '"“”„‟«»＂';
const singles = "'‘’‚‛‹›";

export type Quoted =
  | { kind: 'none' }
  | { kind: 'unterminated'; apostrophe: boolean }
  | { kind: 'quoted'; text: string; end: number };

/**
 * Reads a quoted text that opens at `at`. Any quote of the same family closes it (phones turn only some of a pair),
 * when white space or the end follows, so that `don't` inside single quotes does not. `\"` is a quote that does not close.
 * `end` is the offset after the closing quote.
 */
export function quotedAt(source: string, at: number): Quoted {
  const family = familyOf(source[at]);
  if (!family) return { kind: 'none' };
  for (let i = at + 1; i < source.length; i += 1) {
    const char = source[i] ?? '';
    if (char === '\\' && (source[i + 1] === '\\' || familyOf(source[i + 1]))) {
      i += 1;
    } else if (family.includes(char) && isBreak(source[i + 1])) {
      return { kind: 'quoted', text: unescaped(source.slice(at + 1, i)), end: i + 1 };
    }
  }
  return { kind: 'unterminated', apostrophe: family === singles };
}

/** Takes the quotes off a text that has them at both ends. */
export function withoutOuterQuotes(text: string): string {
  const family = familyOf(text[0]);
  const bare = family && text.length > 1 && family.includes(text.at(-1) ?? ' ');
  return bare ? unescaped(text.slice(1, -1)) : text;
}

function familyOf(char: string | undefined): string | undefined {
  if (!char) return undefined;
  return doubles.includes(char) ? doubles : singles.includes(char) ? singles : undefined;
}

function isBreak(char: string | undefined): boolean {
  return char === undefined || /\s/.test(char);
}

function unescaped(text: string): string {
  return text.replace(/\\([\\"“”„‟«»＂'‘’‚‛‹›])/g, '$1');
}
