/** Growing waits between attempts to reach a host that is away. */
import { setTimeout as sleep } from 'node:timers/promises';

export interface Backoff {
  /** Waits 50 ms, then twice as long each time up to 2 s; returns early and quietly when `signal` aborts. */
  wait(signal?: AbortSignal): Promise<void>;
  /** Back to the first wait, after something worked. */
  reset(): void;
}

export function createBackoff(first = 50, longest = 2000): Backoff {
  let next = first;
  return {
    async wait(signal) {
      const pause = next;
      next = Math.min(next * 2, longest);
      await sleep(pause, undefined, signal ? { signal } : {}).catch(() => {});
    },
    reset() {
      next = first;
    },
  };
}
