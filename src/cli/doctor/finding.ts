/** What one check of the doctor found. */

export interface Finding {
  /** Short name of what was looked at: `git`, `clock`. */
  check: string;
  /** `weak`: works, with a risk or a limit worth knowing. `broken`: prlt cannot work like this. */
  state: 'ok' | 'weak' | 'broken';
  /** One sentence. */
  says: string;
  /** What to do about it. */
  todo?: string;
}

export const ok = (check: string, says: string): Finding => ({ check, state: 'ok', says });
export const weak = (check: string, says: string, todo: string): Finding => ({
  check,
  state: 'weak',
  says,
  todo,
});
export const broken = (check: string, says: string, todo: string): Finding => ({
  check,
  state: 'broken',
  says,
  todo,
});

/** The words of an error in one bounded line; of the cause where the error only says that something failed. */
export function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const text = cause instanceof Error ? cause.message || cause.name : String(cause);
  return text.replaceAll(/\s+/g, ' ').slice(0, 300);
}
