/** Talking to the git server: which URLs, how the token gets there, and what a failure means. */
import { cleanText, GitError } from './git-error.ts';
import type { Git, GitCall } from './git-process.ts';
import { branchRef } from './ref-name.ts';

/** `url` is https (or http) without user info; without a token the server is asked anonymously. */
export interface Remote {
  url: string;
  token?: string | undefined;
}

/**
 * `denied`: 401, 403 or 404, asking again with this token is no use. `passing`: with a new one it may be, since GitHub
 * says so too when it is asked too much, and of a token that not all of it knows yet. `unavailable`: try later.
 */
export type RemoteFailure = { kind: 'denied' | 'unavailable'; reason: string; passing?: true };
export type RemoteHead = { kind: 'found'; sha: string } | { kind: 'absent' } | RemoteFailure;

/** Git appends the action; only `get` is answered, once, from the descriptor that prlt opened for this one command. */
const HELPER = '!f() { test "$1" = get && cat <&3; }; f';

/** The URL as it goes to git. Throws when it is not plain http(s), or carries credentials, a query or a fragment. */
export function checkedUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const plain =
    url && /^https?:$/.test(url.protocol) && !url.username && !url.password && !url.search && !url.hash;
  if (!plain) throw new TypeError('A repository URL must be plain http or https, without credentials.');
  return url;
}

/**
 * The parts of a call that reach `remote`. The helper is bound to the origin of the URL, so no other server can be
 * given the token; it is in no argument, no URL and no environment.
 */
export function toRemote(remote: Remote): { url: string; call: Pick<GitCall, 'config' | 'credential'> } {
  const url = checkedUrl(remote.url);
  if (!remote.token) return { url: url.href, call: {} };
  if (!/^[\x21-\x7e]+$/.test(remote.token))
    throw new TypeError('The token has characters that git cannot carry.');
  return {
    url: url.href,
    call: {
      config: { [`credential.${url.origin}.helper`]: HELPER },
      credential: { username: 'x-access-token', password: remote.token },
    },
  };
}

/** What the server has at `branch` now. */
export async function remoteHead(
  git: Git,
  remote: Remote & { branch: string; signal?: AbortSignal },
): Promise<RemoteHead> {
  const ref = branchRef(remote.branch);
  const { url, call } = toRemote(remote);
  try {
    const { stdout } = await git.run({
      ...call,
      args: ['ls-remote', '--refs', '--', url, ref],
      timeoutMs: 60_000,
      signal: remote.signal,
    });
    // a pattern also matches deeper names that end in it
    const line = stdout
      .toString('utf8')
      .split('\n')
      .find((entry) => entry.slice(41) === ref);
    return line ? { kind: 'found', sha: line.slice(0, 40) } : { kind: 'absent' };
  } catch (error) {
    return remoteFailure(error) ?? raise(error);
  }
}

const DENIED =
  /returned error: 40[134]\b|Authentication failed|could not read (Username|Password)|Repository not found|repository '.*' not found|Permission to .* denied/i;
const PASSING = /returned error: 40[13]\b|Authentication failed|Permission to .* denied/i;
/** GitHub's limits, which it answers with 403 as well. */
const LIMITED = /\brate limit|\babuse detection|too many requests/i;
const AWAY =
  /unable to access|RPC failed|returned error: \d|could not resolve|timed? ?out|connection|hung up|early EOF|unexpected disconnect|expected flush|SSL|TLS|certificate|redirect/i;

/** What a failed command says about the server; undefined when the fault is on this side. */
export function remoteFailure(error: unknown): RemoteFailure | undefined {
  if (!(error instanceof GitError)) return undefined;
  const reason = cleanText(error.stderr, 500);
  if (error.failure === 'timeout' || error.failure === 'cancelled') {
    return {
      kind: 'unavailable',
      reason: error.failure === 'timeout' ? 'The git server took too long.' : 'Stopped.',
    };
  }
  if (error.failure !== 'exit') return undefined;
  if (LIMITED.test(reason)) return { kind: 'unavailable', reason };
  if (DENIED.test(reason))
    return { kind: 'denied', reason, ...(PASSING.test(reason) ? { passing: true } : {}) };
  return AWAY.test(reason) ? { kind: 'unavailable', reason } : undefined;
}

export function raise(error: unknown): never {
  throw error;
}
