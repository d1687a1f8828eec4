/** Takes out characters that people do not see and programs read: the carriers of smuggled instructions. */

/** What was taken out, by kind, in words that people read. */
export interface Stripped {
  kind: string;
  count: number;
}

/** Unicode's default-ignorable characters, controls other than tab and newline, and interlinear annotation marks. */
const invisible = /(?![\t\n])[\p{Default_Ignorable_Code_Point}\p{Cc}\u206a-\u206f\ufff9-\ufffb]/gu;

const emojiBefore = /\p{Emoji}[\ufe0e\ufe0f]?$/u;

/**
 * Line ends become `\n`, lone surrogates U+FFFD. The joiner or variation selector that belongs to an emoji goes too,
 * uncounted: nothing is hidden by it.
 */
export function stripInvisible(raw: string): { text: string; stripped: Stripped[] } {
  const source = raw.toWellFormed().replaceAll(/\r\n?|[\u2028\u2029]/g, '\n');
  const counts = new Map<string, number>();
  const text = source.replaceAll(invisible, (char, at: number) => {
    if (!drawsEmoji(char, source, at)) {
      const kind = invisibleKind(char);
      counts.set(kind, (counts.get(kind) ?? 0) + 1);
    }
    return '';
  });
  return { text, stripped: [...counts].map(([kind, count]) => ({ kind, count })) };
}

/** Whether a code point is one that this file takes out; used for character references. */
export function isInvisible(char: string): boolean {
  invisible.lastIndex = 0;
  return invisible.test(char);
}

export function invisibleKind(char: string): string {
  const point = char.codePointAt(0) ?? 0;
  if (point === 0xad) return 'soft hyphen';
  if (point < 0xa0) return 'control character';
  if (point >= 0xe0000 && point <= 0xe007f) return 'tag character';
  if ((point >= 0xfe00 && point <= 0xfe0f) || (point >= 0xe0100 && point <= 0xe01ef))
    return 'variation selector';
  const bidi =
    [0x61c, 0x200e, 0x200f].includes(point) ||
    between(point, 0x202a, 0x202e) ||
    between(point, 0x2066, 0x2069);
  return bidi ? 'bidirectional control' : 'zero-width character';
}

function drawsEmoji(char: string, source: string, at: number): boolean {
  if (char !== '\u200d' && char !== '\ufe0f' && char !== '\ufe0e') return false;
  return emojiBefore.test(source.slice(Math.max(0, at - 3), at));
}

function between(point: number, low: number, high: number): boolean {
  return point >= low && point <= high;
}
