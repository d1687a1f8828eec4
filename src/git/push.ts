/** Publishes a commit as a branch: only forward, only from the state that was expected. */
import { cleanText, GitError } from './git-error.ts';
import type { Git } from './git-process.ts';
import { branchRef, checkedSha, ownRef } from './ref-name.ts';
import { type Remote, type RemoteFailure, remoteFailure, remoteHead, toRemote } from './remote.ts';

/** `repo`: path of the accepted repository. `expectedOld`: what the branch is at, null when it must not exist. */
export interface PushRequest extends Remote {
  repo: string;
  branch: string;
  head: string;
  expectedOld: string | null;
  signal?: AbortSignal;
}

/**
 * `already`: the branch was at `head` before anything was sent. `moved`: somebody else was there, nothing changed;
 * `actual` is null when the branch is gone. `rejected`: the server's rules said no, in the server's words (≤ 1,000 characters).
 */
export type PushAnswer =
  | { kind: 'pushed' | 'already' }
  | { kind: 'moved'; actual: string | null }
  | { kind: 'rejected'; message: string }
  | RemoteFailure;

/** Safe to repeat after a crash or a lost answer: looks first. */
export async function pushBranch(git: Git, request: PushRequest): Promise<PushAnswer> {
  const ref = branchRef(request.branch);
  const head = checkedSha(request.head);
  const expected = request.expectedOld === null ? null : checkedSha(request.expectedOld);

  const before = await remoteHead(git, request);
  if (before.kind === 'denied' || before.kind === 'unavailable') return before;
  const actual = before.kind === 'found' ? before.sha : null;
  if (actual === head) return { kind: 'already' };
  if (actual !== expected) return { kind: 'moved', actual };
  if (expected !== null && !(await goesForward(git, request, expected))) {
    return { kind: 'rejected', message: 'The push would take commits off the branch.' };
  }

  const { url, call } = toRemote(request);
  try {
    await git.run({
      ...call,
      gitDir: request.repo,
      args: [
        'push',
        '--porcelain',
        '--no-verify',
        '--no-signed',
        '--no-follow-tags',
        '--recurse-submodules=no',
        `--force-with-lease=${ref}:${expected ?? ''}`,
        '--',
        url,
        `${head}:${ref}`,
      ],
      timeoutMs: 10 * 60_000,
      signal: request.signal,
    });
    return { kind: 'pushed' };
  } catch (error) {
    return explain(git, request, expected, error);
  }
}

/** The lease alone would let a push drop commits; this keeps it a fast-forward. */
async function goesForward(git: Git, { repo, head }: PushRequest, expected: string): Promise<boolean> {
  const args = ['merge-base', '--is-ancestor', expected, head] as const;
  const { code } = await git.run({ gitDir: repo, args, answers: [1, 128] });
  return code === 0;
}

/** A failed push may have arrived, and a refused one may have lost a race: the server is asked before anything is said. */
async function explain(
  git: Git,
  request: PushRequest,
  expected: string | null,
  error: unknown,
): Promise<PushAnswer> {
  if (!(error instanceof GitError)) throw error;
  const refused = /^!\t.*$/m.exec(error.stdout)?.[0];
  const failure = refused ? undefined : remoteFailure(error);
  if (!refused && !failure) throw error;
  if (failure?.kind === 'denied') return failure;

  const after = await remoteHead(git, request);
  if (after.kind === 'denied' || after.kind === 'unavailable') return failure ?? after;
  const actual = after.kind === 'found' ? after.sha : null;
  if (actual === request.head) return { kind: 'pushed' };
  if (actual !== expected) return { kind: 'moved', actual };
  return failure ?? { kind: 'rejected', message: serverWords(refused ?? '', error.stderr) };
}

/** The summary in brackets, then what the server wrote to people. */
function serverWords(refused: string, stderr: string): string {
  const summary = refused.split('\t').at(-1) ?? '';
  const said = stderr
    .split('\n')
    .filter((line) => line.startsWith('remote:'))
    .map((line) => line.slice('remote:'.length).trim());
  return cleanText([summary, ...said].filter(Boolean).join('\n'), 1_000) || 'The server gave no reason.';
}

/** What {@link dropRef} takes away: `ref` at `head`, and nothing that somebody else put there. */
export interface DropRequest extends Remote {
  /** Any repository of this machine; nothing of it is sent. */
  repo: string;
  ref: string;
  head: string;
}

/** Takes one of prlt's own refs off the server. `moved`: it is not what was put there, and stays. Safe to repeat. */
export async function dropRef(
  git: Git,
  request: DropRequest,
): Promise<{ kind: 'gone' | 'moved' } | RemoteFailure> {
  const ref = ownRef(request.ref);
  const head = checkedSha(request.head);
  const before = await remoteHead(git, { ...request, branch: ref });
  if (before.kind === 'absent') return { kind: 'gone' };
  if (before.kind !== 'found') return before;
  if (before.sha !== head) return { kind: 'moved' };
  const { url, call } = toRemote(request);
  const lease = `--force-with-lease=${ref}:${head}`;
  try {
    await git.run({
      ...call,
      gitDir: request.repo,
      args: ['push', '--porcelain', '--no-verify', '--no-signed', lease, '--', url, `:${ref}`],
      timeoutMs: 60_000,
    });
    return { kind: 'gone' };
  } catch (error) {
    return remoteFailure(error) ?? { kind: 'moved' };
  }
}
