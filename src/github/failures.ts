/** What an error of a GitHub call means for the one who made it. */
import { GitHubBusy } from './governor.ts';

export type GitHubFailure =
  /** GitHub or the way to it is not well, or asked to wait: the same call can succeed later. Milliseconds since the epoch. */
  | { kind: 'later'; at: number | undefined; reason: string }
  /** The thing is not there, or not there for us. */
  | { kind: 'gone'; reason: string }
  /** The App lacks a permission, or is suspended or removed. */
  | { kind: 'forbidden'; reason: string }
  /** GitHub refuses what was asked for. */
  | { kind: 'refused'; reason: string };

/** Undefined for errors that are not GitHub's. */
export function githubFailure(error: unknown): GitHubFailure | undefined {
  if (error instanceof GitHubBusy) return { kind: 'later', at: error.until, reason: error.message };
  if (!(error instanceof Error)) return undefined;
  const status = statusOf(error);
  if (status === undefined)
    return isNetwork(error) ? { kind: 'later', at: undefined, reason: error.message } : undefined;
  const reason = `GitHub answered ${status}: ${error.message.split('\n')[0]}`;
  if (status >= 500 || status === 408 || status === 409 || status === 401)
    return { kind: 'later', at: undefined, reason };
  if (status === 404 || status === 410) return { kind: 'gone', reason };
  if (status === 403 || isUngranted(status, reason)) return { kind: 'forbidden', reason };
  return { kind: 'refused', reason };
}

/** Minting a token with a permission that the installation does not have. */
function isUngranted(status: number, reason: string): boolean {
  return status === 422 && /permissions requested are not granted/i.test(reason);
}

export function statusOf(error: unknown): number | undefined {
  return error instanceof Error && 'status' in error && typeof error.status === 'number'
    ? error.status
    : undefined;
}

/** Faults on the way to a server, by Node's and undici's names; those of our own files have others. */
const networkCodes =
  /^(ECONNRESET|ECONNREFUSED|ECONNABORTED|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EPIPE|EHOSTUNREACH|ENETUNREACH|UND_ERR_.*)$/;

/** Octokit turns a failed fetch into a status 500; what comes bare is a reset or a time-out below it. */
function isNetwork(error: Error): boolean {
  const code = 'code' in error ? String(error.code) : '';
  return (
    networkCodes.test(code) ||
    error.name === 'AbortError' ||
    error.name === 'TimeoutError' ||
    error.message === 'fetch failed'
  );
}
