/** Calls to the engine that end: each has a deadline, and "does not answer" is told apart from "says no". */

/** The engine did not answer, or answered that it cannot now. */
export class EngineUnavailable extends Error {}

/** Durations in milliseconds. */
export const deadlines = { quick: 10_000, start: 60_000, fill: 300_000, pull: 600_000 } as const;

/**
 * One call. Rejects with `EngineUnavailable` when the engine is not there, does not answer within `ms` or fails inside
 * (5xx); other refusals pass through with their `statusCode` (Docker Engine API: 404 absent, 409 conflict).
 */
export async function engineCall<T>(
  what: string,
  ms: number,
  call: (options: { abortSignal: AbortSignal }) => Promise<T>,
): Promise<T> {
  const signal = AbortSignal.timeout(ms);
  // Some of the client's calls do not take a signal, so the wait ends by itself as well.
  const late = new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () =>
      reject(new EngineUnavailable(`The engine did not ${what} within ${ms} ms.`)),
    );
  });
  try {
    return await Promise.race([call({ abortSignal: signal }), late]);
  } catch (error) {
    const status = statusOf(error);
    if (error instanceof EngineUnavailable || (status !== undefined && status < 500)) throw error;
    if (signal.aborted) throw new EngineUnavailable(`The engine did not ${what} within ${ms} ms.`);
    throw new EngineUnavailable(`The engine could not ${what}: ${sentenceOf(error)}`, { cause: error });
  }
}

/** HTTP status of the engine's refusal; undefined when the call did not get that far. */
export function statusOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('statusCode' in error)) return undefined;
  return typeof error.statusCode === 'number' ? error.statusCode : undefined;
}

/** The engine's own words, in one bounded line. */
export function sentenceOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replaceAll(/\s+/g, ' ').slice(0, 500);
}

/** Undefined where the engine says 404. */
export async function orAbsent<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
}
