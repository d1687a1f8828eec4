/** Model calls under way, by run, with what each is sure to cost; near a cap they go one after the other. */
import { EventEmitter, once } from 'node:events';

export interface InFlight {
  /** Counts a call in when its cost fits into what is left beside the others, or there are no others. */
  begin(run: string, cost: number, left: number): boolean;
  /** The same cost as it began with. */
  end(run: string, cost: number): void;
  /** Resolves when a call of the run has ended; false when `signal` aborted. */
  change(run: string, signal: AbortSignal): Promise<boolean>;
}

export function createInFlight(): InFlight {
  const runs = new Map<string, { calls: number; cost: number }>();
  const ends = new EventEmitter().setMaxListeners(0);
  return {
    begin: (run, cost, left) => {
      const now = runs.get(run) ?? { calls: 0, cost: 0 };
      if (now.calls > 0 && now.cost + cost > left) return false;
      runs.set(run, { calls: now.calls + 1, cost: now.cost + cost });
      return true;
    },
    end: (run, cost) => {
      const now = runs.get(run);
      if (!now) return;
      if (now.calls <= 1) runs.delete(run);
      else runs.set(run, { calls: now.calls - 1, cost: now.cost - cost });
      ends.emit(run);
    },
    change: (run, signal) =>
      once(ends, run, { signal }).then(
        () => true,
        () => false,
      ),
  };
}
