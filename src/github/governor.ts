/**
 * Keeps one installation's requests within GitHub's limits: writes one after another and under the documented rate,
 * nothing at all while GitHub has said to wait. It refuses instead of sleeping, so that callers can park the work.
 */

/** GitHub asked to wait; `until` in milliseconds since the epoch. */
export class GitHubBusy extends Error {
  override readonly name = 'GitHubBusy';
  readonly until: number;

  constructor(until: number, reason: string) {
    super(reason);
    this.until = until;
  }
}

export interface GovernorOptions {
  now: () => number;
  sleep: (ms: number) => Promise<void>;
  /** GitHub counts a write as 5 of 900 points a minute (docs: rate limits for the REST API). */
  writesPerMinute: number;
}

export interface GovernedRequest {
  method: string;
  url: string;
}

export interface Governor {
  /** Runs the request when its turn has come. @throws {GitHubBusy} while the installation is told to wait. */
  run<T>(installation: number, request: GovernedRequest, send: () => Promise<T>): Promise<T>;
  /** When the installation may be asked again; undefined when it may now. */
  pausedUntil(installation: number): number | undefined;
}

interface State {
  pausedUntil: number;
  /** Consecutive limits met, for the backoff where GitHub names no time. */
  strikes: number;
  /** Times of the writes of the last minute. */
  writes: number[];
  turn: Promise<unknown>;
}

const minute = 60_000;

export function createGovernor({ now, sleep, writesPerMinute }: GovernorOptions): Governor {
  const states = new Map<number, State>();
  const stateOf = (installation: number): State => {
    const known = states.get(installation);
    if (known) return known;
    const fresh: State = { pausedUntil: 0, strikes: 0, writes: [], turn: Promise.resolve() };
    states.set(installation, fresh);
    return fresh;
  };

  const refuseWhilePaused = (state: State) => {
    if (state.pausedUntil > now())
      throw new GitHubBusy(state.pausedUntil, 'GitHub asked this installation to wait.');
  };

  const attempt = async <T>(state: State, send: () => Promise<T>): Promise<T> => {
    refuseWhilePaused(state);
    try {
      return await send();
    } catch (error) {
      const wait = waitAskedFor(error, now(), state.strikes);
      if (wait === undefined) throw error;
      state.strikes += 1;
      state.pausedUntil = Math.max(state.pausedUntil, now() + wait);
      throw new GitHubBusy(
        state.pausedUntil,
        `GitHub asked this installation to wait ${Math.ceil(wait / 1000)} s.`,
      );
    }
  };

  const write = async <T>(state: State, send: () => Promise<T>): Promise<T> => {
    state.writes = state.writes.filter((at) => at > now() - minute);
    const oldest = state.writes[0];
    if (oldest !== undefined && state.writes.length >= writesPerMinute) await sleep(oldest + minute - now());
    state.writes.push(now());
    const answer = await attempt(state, send);
    // Reads say nothing about the limits on writing.
    state.strikes = 0;
    return answer;
  };

  return {
    run: (installation, request, send) => {
      const state = stateOf(installation);
      if (!isWrite(request)) return attempt(state, send);
      const mine = state.turn.then(() => write(state, send));
      state.turn = mine.catch(() => undefined);
      return mine;
    },
    pausedUntil: (installation) => {
      const until = states.get(installation)?.pausedUntil ?? 0;
      return until > now() ? until : undefined;
    },
  };
}

/** Minting a token is a POST, but creates nothing that counts. */
function isWrite({ method, url }: GovernedRequest): boolean {
  return !['GET', 'HEAD'].includes(method.toUpperCase()) && !url.includes('access_tokens');
}

interface LimitAnswer {
  status: number;
  message: string;
  headers: Record<string, string | undefined>;
}

/** Milliseconds that a limited answer asks for; undefined when the answer is not about limits. */
function waitAskedFor(error: unknown, now: number, strikes: number): number | undefined {
  const answer = limitAnswer(error);
  if (!answer || (answer.status !== 403 && answer.status !== 429)) return undefined;
  const { headers, message, status } = answer;
  const retryAfter = Number(headers['retry-after']);
  if (headers['retry-after'] !== undefined && Number.isFinite(retryAfter)) return retryAfter * 1000;
  if (headers['x-ratelimit-remaining'] === '0') {
    const reset = Number(headers['x-ratelimit-reset']) * 1000 - now;
    return Number.isFinite(reset) ? Math.max(1_000, reset) : minute;
  }
  if (status === 429 || /secondary rate limit|abuse detection/i.test(message)) {
    return Math.min(minute * 2 ** strikes, 60 * minute);
  }
  return undefined;
}

function limitAnswer(error: unknown): LimitAnswer | undefined {
  if (!(error instanceof Error) || !('status' in error)) return undefined;
  const { status, response } = error as Error & {
    status: number;
    response?: { headers?: Record<string, string | undefined> };
  };
  return { status, message: error.message, headers: response?.headers ?? {} };
}
