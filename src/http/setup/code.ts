/** The one-time code of a first start: shown in the terminal, so that only who can read it there may make the App. */
import { createHash, randomInt, timingSafeEqual } from 'node:crypto';

export type CodeAnswer = 'right' | 'wrong' | 'spent' | 'expired' | 'too many';

export interface OneTimeCode {
  /** As it is shown, in groups: `7KQ2M-…`. */
  readonly text: string;
  /** Whether it would be right; a wrong one counts. Spaces, dashes and case do not matter. */
  check(given: string): CodeAnswer;
  /** As `check`, and a right one is spent. */
  use(given: string): CodeAnswer;
}

/** Letters and digits that nobody mistakes for one another (Crockford). */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const groups = 4;
const groupLength = 5;

/** How long a code holds, milliseconds. */
export const codeLifetime = 60 * 60_000;
/** Wrong attempts within one minute after which even the right code has to wait. */
export const mostWrong = 10;

export function createOneTimeCode(now: () => number): OneTimeCode {
  const letters = Array.from(
    { length: groups * groupLength },
    () => alphabet[randomInt(alphabet.length)],
  ).join('');
  const text = letters.match(new RegExp(`.{${groupLength}}`, 'g'))?.join('-') ?? letters;
  const made = now();
  let wrong: number[] = [];
  let spent = false;

  const check = (given: string): CodeAnswer => {
    const at = now();
    if (at - made >= codeLifetime) return 'expired';
    wrong = wrong.filter((when) => at - when < 60_000);
    if (wrong.length >= mostWrong) return 'too many';
    if (isSame(plain(given), letters)) return spent ? 'spent' : 'right';
    wrong.push(at);
    return 'wrong';
  };

  return {
    text,
    check,
    use(given) {
      const answer = check(given);
      spent ||= answer === 'right';
      return answer;
    },
  };
}

const plain = (given: string): string => given.toUpperCase().replaceAll(/[\s-]/g, '');

/** Compares digests, so that neither length nor content shows in the time it takes. */
export function isSame(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
