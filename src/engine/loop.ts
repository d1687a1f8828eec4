/** The tick: runs when something new is known, and when something that was put off is due. Never two at a time. */
import type { Logger } from 'pino';

export interface Loop {
  /** Asks for a pass; any number of calls before it begins are one. */
  wake(): void;
  /** Ends after the pass that is under way. */
  stop(): Promise<void>;
}

/**
 * @param longestRest milliseconds after which a pass is made although nothing was due
 * @param pass does what is due and returns when it wants to be called next, milliseconds since the epoch
 */
export function createLoop(
  pass: () => Promise<number | undefined>,
  now: () => number,
  log: Logger,
  longestRest = 60_000,
): Loop {
  let wanted = false;
  let running: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;

  const run = async (): Promise<void> => {
    let next: number | undefined;
    while (wanted && !stopped) {
      wanted = false;
      try {
        next = await pass();
      } catch (error) {
        log.error({ err: error }, 'a pass of the loop failed');
        next = now() + 1_000;
      }
    }
    running = undefined;
    if (stopped) return;
    const rest = next === undefined ? longestRest : Math.min(Math.max(next - now(), 0), longestRest);
    timer = setTimeout(wake, rest);
  };

  const wake = (): void => {
    wanted = true;
    if (running || stopped) return;
    clearTimeout(timer);
    running = Promise.resolve().then(run);
  };

  return {
    wake,
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
