/** How many model calls of one run are under way; the others wait, so that a cap is passed by no more than these. */

export interface Lanes {
  /** Resolves with what gives the place back, undefined when `signal` aborted first. */
  enter(run: string, signal: AbortSignal): Promise<(() => void) | undefined>;
  /** Waits until what was counted so far is stored. */
  counted(run: string): Promise<void>;
  /** Remembers a count that is on its way to the store. */
  counting(run: string, count: Promise<void>): void;
}

interface Lane {
  busy: number;
  /** Each takes the place that is handed to it. */
  waiting: Set<() => void>;
  counts: Set<Promise<void>>;
}

export function createLanes(most: number): Lanes {
  const lanes = new Map<string, Lane>();

  const laneOf = (run: string): Lane => {
    const lane = lanes.get(run) ?? { busy: 0, waiting: new Set(), counts: new Set() };
    lanes.set(run, lane);
    return lane;
  };
  const tidy = (run: string, lane: Lane): void => {
    if (lane.busy === 0 && lane.waiting.size === 0 && lane.counts.size === 0) lanes.delete(run);
  };
  const turn = (lane: Lane, signal: AbortSignal): Promise<boolean> =>
    new Promise((resolve) => {
      const take = (): void => {
        lane.waiting.delete(take);
        resolve(true);
      };
      lane.waiting.add(take);
      signal.addEventListener('abort', () => {
        lane.waiting.delete(take);
        resolve(false);
      });
    });

  return {
    enter: async (run, signal) => {
      const lane = laneOf(run);
      if (lane.busy < most) lane.busy += 1;
      else if (!(await turn(lane, signal))) {
        tidy(run, lane);
        return undefined;
      }
      let left = false;
      return () => {
        if (left) return;
        left = true;
        const [next] = lane.waiting;
        // The place goes from hand to hand, so that nobody who comes new slips in.
        if (next) next();
        else lane.busy -= 1;
        tidy(run, lane);
      };
    },
    counted: async (run) => {
      await Promise.all(lanes.get(run)?.counts ?? []);
    },
    counting: (run, count) => {
      const lane = laneOf(run);
      const kept = count.finally(() => {
        lane.counts.delete(kept);
        tidy(run, lane);
      });
      lane.counts.add(kept);
    },
  };
}
