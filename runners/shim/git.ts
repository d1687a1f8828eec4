/** Runs git in the run's own checkout, deaf to the hooks and filters an agent may have set up there. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';

/** Git ended with an exit code; `message` has the last of what it said. */
export class GitFailed extends Error {
  override name = 'GitFailed';
}

export interface Git {
  /** Standard output without the last newline. Rejects with `GitFailed`. */
  run(args: string[], input?: string): Promise<string>;
  /** The same, but undefined when git says no. */
  ask(args: string[]): Promise<string | undefined>;
  /** A running git whose output is read as it comes. */
  stream(args: string[]): ChildProcessByStdio<null, Readable, Readable>;
}

const careful = [
  'core.hooksPath=/dev/null',
  'core.fsmonitor=false',
  'commit.gpgSign=false',
  'gc.auto=0',
  'maintenance.auto=false',
  'filter.lfs.smudge=',
  'filter.lfs.process=',
  'filter.lfs.required=false',
  'submodule.recurse=false',
  'advice.detachedHead=false',
].flatMap((setting) => ['-c', setting]);

/** `env` is the agent's environment, for its identity; configuration of HOME and the machine is left out. */
export function createGit(directory: string, env: NodeJS.ProcessEnv): Git {
  const own = {
    ...env,
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_OPTIONAL_LOCKS: '0',
    LC_ALL: 'C',
  };
  const start = (args: string[], stdin: 'ignore' | 'pipe') =>
    spawn('git', [...careful, ...args], { cwd: directory, env: own, stdio: [stdin, 'pipe', 'pipe'] });

  async function run(args: string[], input?: string): Promise<string> {
    const child = start(args, input === undefined ? 'ignore' : 'pipe');
    child.stdin?.on('error', () => {});
    child.stdin?.end(input);
    const ended = new Promise<number>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code) => resolve(code ?? 128));
    });
    const [out, err, code] = await Promise.all([
      text(child.stdout as Readable),
      text(child.stderr as Readable),
      ended,
    ]);
    if (code !== 0) throw new GitFailed(`git ${args[0]}: ${err.trim().slice(-1000) || `exit code ${code}`}`);
    return out.replace(/\n$/, '');
  }

  return {
    run,
    ask: (args) =>
      run(args).catch((error: unknown) => {
        if (error instanceof GitFailed) return undefined;
        throw error;
      }),
    stream: (args) => start(args, 'ignore') as ChildProcessByStdio<null, Readable, Readable>,
  };
}
