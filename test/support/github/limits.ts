/** Rate limits: the hourly one that every answer counts, and the secondary one that comes without warning. */
import { Refusal } from './failure.ts';
import type { Caller } from './model.ts';

const HOUR_MS = 60 * 60 * 1000;
const DEFAULT_LIMIT = 5000;
const SECONDARY_MS = 60_000;

export interface Limits {
  /** Sets what is left for every installation until `resetAt` (milliseconds since 1970). */
  primary(state: { remaining: number; resetAt: number }): void;
  /** Refuses every API call until it has passed: `retryAfter` seconds, or a minute without saying so. */
  secondary(state?: { retryAfter?: number }): void;
  clear(): void;
}

export interface Meter extends Limits {
  /** Counts a call, or refuses it. */
  spend(caller: Caller): void;
  headers(caller: Caller): Record<string, string>;
  read(caller: Caller): { limit: number; remaining: number; used: number; reset: number };
}

interface Window {
  remaining: number;
  resetAt: number;
}

export function createMeter(clock: () => number): Meter {
  let windows = new Map<string, Window>();
  let forced: Window | null = null;
  let secondary: { until: number; retryAfter: number | null } | null = null;

  function windowOf(caller: Caller): Window {
    if (forced !== null && forced.resetAt > clock()) return forced;
    forced = null;
    const key = caller.token?.installation
      ? `installation ${caller.token.installation.id}`
      : (caller.user?.login ?? 'ip');
    const known = windows.get(key);
    if (known !== undefined && known.resetAt > clock()) return known;
    const fresh = { remaining: DEFAULT_LIMIT, resetAt: clock() + HOUR_MS };
    windows.set(key, fresh);
    return fresh;
  }

  function read(caller: Caller) {
    const { remaining, resetAt } = windowOf(caller);
    return {
      limit: DEFAULT_LIMIT,
      remaining,
      used: DEFAULT_LIMIT - remaining,
      reset: Math.ceil(resetAt / 1000),
    };
  }

  function headers(caller: Caller): Record<string, string> {
    const { limit, remaining, used, reset } = read(caller);
    return {
      'x-ratelimit-limit': String(limit),
      'x-ratelimit-remaining': String(remaining),
      'x-ratelimit-used': String(used),
      'x-ratelimit-reset': String(reset),
      'x-ratelimit-resource': 'core',
    };
  }

  return {
    primary({ remaining, resetAt }) {
      forced = { remaining, resetAt };
    },
    secondary({ retryAfter } = {}) {
      const ms = retryAfter === undefined ? SECONDARY_MS : retryAfter * 1000;
      secondary = { until: clock() + ms, retryAfter: retryAfter ?? null };
    },
    clear() {
      windows = new Map();
      forced = null;
      secondary = null;
    },
    spend(caller) {
      if (secondary !== null && secondary.until > clock()) {
        const wait: Record<string, string> =
          secondary.retryAfter === null
            ? {}
            : { 'retry-after': String(Math.ceil((secondary.until - clock()) / 1000)) };
        throw new Refusal(
          403,
          'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.',
          [],
          wait,
        );
      }
      const window = windowOf(caller);
      if (window.remaining <= 0) {
        const who = caller.token?.installation
          ? `installation ID ${caller.token.installation.id}`
          : 'this caller';
        throw new Refusal(403, `API rate limit exceeded for ${who}.`);
      }
      window.remaining -= 1;
    },
    headers,
    read,
  };
}
