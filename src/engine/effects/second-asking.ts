/** Git's server said no, and may not mean it: then it is asked again with a new token, a few times. */
import type { RemoteFailure } from '../../git/remote.ts';
import type { Outcome } from '../executor.ts';

/** Milliseconds before each further try: three in a minute. */
const pauses = [10_000, 50_000];

/** Undefined when the no holds. @param receipt of the job, where the tries are counted: GitHub's other bad hours are not */
export function askAgain(failure: RemoteFailure, receipt: unknown): Outcome | undefined {
  if (!failure.passing) return undefined;
  const refusals = isCount(receipt) ? receipt.refusals : 0;
  const after = pauses[refusals];
  if (after === undefined) return undefined;
  return { kind: 'later', after, reason: failure.reason, receipt: { refusals: refusals + 1 } };
}

function isCount(receipt: unknown): receipt is { refusals: number } {
  return typeof receipt === 'object' && receipt !== null && 'refusals' in receipt;
}
