/** Faults of the API and of git over HTTP: refused, cut off, silent, slow, or done with the answer lost. */

export interface FaultMatch {
  readonly method?: string;
  readonly path?: RegExp;
  /** True: only git requests; false: only API requests. */
  readonly git?: boolean;
}

export type FaultAction =
  | { readonly status: number; readonly headers?: Record<string, string>; readonly body?: unknown }
  | 'reset'
  /** Accepted and never answered. */
  | 'silence'
  /** `cut`: half of the answer comes. */
  | { readonly applyThen: 'reset' | 'silence' | 'cut' | number }
  | { readonly delayMs: number };

export interface FaultHandle {
  readonly hits: number;
  remove(): void;
}

export interface Faults {
  /** Applies to the next `times` matching requests, to all when left out. */
  add(fault: { when: FaultMatch; times?: number; do: FaultAction }): FaultHandle;
  /** The action for a request, counted as a hit; null when nothing is wrong. */
  take(request: { method: string; path: string; git: boolean }): FaultAction | null;
}

export function createFaults(): Faults {
  const active: { when: FaultMatch; left: number; action: FaultAction; hits: number }[] = [];
  return {
    add({ when, times = Number.POSITIVE_INFINITY, do: action }) {
      const fault = { when, left: times, action, hits: 0 };
      active.push(fault);
      return {
        get hits() {
          return fault.hits;
        },
        remove() {
          fault.left = 0;
        },
      };
    },
    take(request) {
      const fault = active.find((each) => each.left > 0 && matches(each.when, request));
      if (fault === undefined) return null;
      fault.left -= 1;
      fault.hits += 1;
      return fault.action;
    },
  };
}

function matches(when: FaultMatch, request: { method: string; path: string; git: boolean }): boolean {
  if (when.method !== undefined && when.method.toUpperCase() !== request.method) return false;
  if (when.git !== undefined && when.git !== request.git) return false;
  return when.path === undefined || when.path.test(request.path);
}
