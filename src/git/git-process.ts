/** Runs git: argv only, a clean environment, and a bound on time, output and memory. */
import { type ChildProcess, spawn } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { delimiter, join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { cleanText, GitError, type GitFailure } from './git-error.ts';
import { prepareSettings } from './git-settings.ts';
import { collect, feed, keepTail } from './process-streams.ts';

/** For commands that read what an agent wrote: `memory` is address space in bytes, `cpu` is seconds of processor time. */
export interface GitLimits {
  memory: number;
  cpu: number;
}

export interface GitCall {
  args: readonly [string, ...string[]];
  gitDir?: string;
  config?: Record<string, string>;
  input?: string | Uint8Array | Readable;
  /** Readable once by git's children at descriptor 3, and nowhere else. */
  credential?: { username: string; password: string };
  /** Exit codes besides 0 that are answers and not errors. */
  answers?: readonly number[];
  /** Default two minutes. */
  timeoutMs?: number;
  /** Cap of standard output in bytes, default 32 MiB; past it the process is ended. */
  maxOutput?: number;
  /** `truncate` answers the first `maxOutput` bytes instead of failing. */
  overflow?: 'fail' | 'truncate';
  limits?: GitLimits;
  signal?: AbortSignal | undefined;
}

export interface GitAnswer {
  code: number;
  stdout: Buffer;
  /** Cleaned of credentials and control characters. */
  stderr: string;
  truncated: boolean;
}

export interface Git {
  /** Rejects with a {@link GitError} for every exit code that is neither 0 nor among `answers`. */
  run(call: GitCall): Promise<GitAnswer>;
}

/** One finished call, for logs: never holds arguments, since they may be long. */
export interface GitRecord {
  command: string;
  ms: number;
  failure?: GitFailure;
}

const GRACE_MS = 2_000;

/**
 * Prepares git in `dir` (made when missing, private to prlt). Of `env` only PATH, TMPDIR, the proxies and
 * NODE_EXTRA_CA_CERTS are used. `signal` ends every running command when prlt stops.
 */
export async function createGit(options: {
  dir: string;
  env: NodeJS.ProcessEnv;
  signal?: AbortSignal;
  observe?: (record: GitRecord) => void;
}): Promise<Git> {
  const env = await prepareSettings(resolve(options.dir), options.env);
  const [prlimit, setpriv] = await Promise.all([onPath('prlimit', env), onPath('setpriv', env)]);
  // when prlt dies its git dies too, so a lock that the next prlt finds has no owner
  const leash = setpriv ? [setpriv, '--pdeathsig', 'KILL', '--'] : [];

  return {
    async run(call) {
      const begun = performance.now();
      const signals = [options.signal, call.signal].filter((signal) => signal !== undefined);
      const argv = [...leash, ...bounds(prlimit, call.limits), 'git', ...flags(call), ...call.args];
      const record: GitRecord = { command: call.args[0], ms: 0 };
      try {
        return await execute(argv, env, call, AbortSignal.any(signals));
      } catch (error) {
        if (error instanceof GitError) record.failure = error.failure;
        throw error;
      } finally {
        record.ms = performance.now() - begun;
        options.observe?.(record);
      }
    },
  };
}

function flags(call: GitCall): string[] {
  const config = Object.entries(call.config ?? {}).flatMap(([key, value]) => ['-c', `${key}=${value}`]);
  const gitDir = call.gitDir === undefined ? [] : [`--git-dir=${call.gitDir}`];
  return ['--no-pager', '--literal-pathspecs', ...gitDir, ...config];
}

function bounds(prlimit: string | undefined, limits: GitLimits | undefined): string[] {
  if (!prlimit || !limits) return [];
  return [prlimit, `--as=${limits.memory}`, `--cpu=${Math.ceil(limits.cpu)}`, '--core=0', '--'];
}

function execute(
  argv: string[],
  env: Record<string, string>,
  call: GitCall,
  signal: AbortSignal,
): Promise<GitAnswer> {
  const { promise, resolve: answer, reject } = Promise.withResolvers<GitAnswer>();
  const command = call.args[0];
  if (signal.aborted) return Promise.reject(new GitError({ command, failure: 'cancelled', stderr: '' }));
  const [program = 'git', ...args] = argv;
  const child = spawn(program, args, {
    env,
    cwd: '/',
    detached: true,
    stdio: [
      call.input === undefined ? 'ignore' : 'pipe',
      'pipe',
      'pipe',
      call.credential ? 'pipe' : 'ignore',
    ],
  });

  let ended: GitFailure | undefined;
  const end = (failure: GitFailure) => {
    ended ??= failure;
    endGroup(child);
  };
  const timer = setTimeout(() => end('timeout'), call.timeoutMs ?? 120_000);
  const cancel = () => end('cancelled');
  signal.addEventListener('abort', cancel, { once: true });

  const out = collect(child.stdout, call.maxOutput ?? 32 * 1024 * 1024, () => end('overflow'));
  const err = keepTail(child.stderr);
  feed(child, call);

  child.on('error', (error) => {
    ended ??= 'spawn';
    settle(undefined, undefined, error.message);
  });
  child.on('close', (code, killed) => settle(code ?? undefined, killed ?? undefined, err()));

  function settle(code: number | undefined, killed: string | undefined, text: string) {
    clearTimeout(timer);
    signal.removeEventListener('abort', cancel);
    const stderr = cleanText(text, 4_000, call.credential?.password);
    const truncated = ended === 'overflow' && call.overflow === 'truncate';
    if (truncated) return answer({ code: 0, stdout: out(), stderr, truncated });
    if (ended === undefined && code !== undefined && (code === 0 || call.answers?.includes(code))) {
      return answer({ code, stdout: out(), stderr, truncated });
    }
    const stdout = out()
      .toString('utf8', 0, 16 * 1024)
      .replaceAll(call.credential?.password || '\0', '');
    reject(
      new GitError({ command, failure: ended ?? 'exit', exitCode: code, signal: killed, stderr, stdout }),
    );
  }
  return promise;
}

/** TERM first, so that git takes its lock files with it. */
function endGroup(child: ChildProcess): void {
  const { pid } = child;
  if (pid === undefined) return;
  const send = (signal: 'SIGTERM' | 'SIGKILL') => {
    try {
      process.kill(-pid, signal);
    } catch {
      // gone already
    }
  };
  send('SIGTERM');
  const timer = setTimeout(() => send('SIGKILL'), GRACE_MS);
  child.once('close', () => clearTimeout(timer));
}

async function onPath(name: string, env: Record<string, string>): Promise<string | undefined> {
  for (const folder of (env['PATH'] ?? '/usr/bin:/bin').split(delimiter).filter(Boolean)) {
    const file = join(folder, name);
    const found = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (found) return file;
  }
  return undefined;
}
