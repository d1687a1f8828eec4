/** Shares the room of a prompt out: what matters most is asked for first, and what does not fit any more is cut and said. */

export interface Room {
  /** `text`, or its beginning with a remark; `where` says where the rest can be read. */
  take(text: string, most: number, where: string): string;
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
  };
}
