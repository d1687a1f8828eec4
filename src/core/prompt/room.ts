/** Shares the room of a prompt out: what matters most is asked for first, and what does not fit any more is cut and said. */

export interface Room {
  /** `text`, or its beginning with a remark; `where` says where the rest can be read. */
  take(text: string, most: number, where: string): string;
  /** Those of the last texts that fit whole, a line for each, after a remark on those that do not. */
  takeLast(texts: readonly string[], most: number): string;
}

/** Characters, counted as UTF-16 units. */
export function roomOf(total: number): Room {
  let left = total;
  return {
    take(text, most, where) {
      const length = Math.min(text.length, most, left);
      left -= length;
      if (length === text.length) return text;
      // Half of a pair would not be a character.
      const end = /[\uD800-\uDBFF]/.test(text[length - 1] ?? '') ? length - 1 : length;
      return `${text.slice(0, end)}\n[cut here: ${text.length - end} more characters ${where}]`;
    },
    takeLast(texts, most) {
      const room = Math.min(most, left);
      let taken = 0;
      let first = texts.length;
      while (first > 0) {
        const length = (texts[first - 1]?.length ?? 0) + 1;
        if (taken + length > room) break;
        taken += length;
        first -= 1;
      }
      left -= taken;
      return [...(first > 0 ? [`[${first} earlier left out]`] : []), ...texts.slice(first)].join('\n');
    },
  };
}
