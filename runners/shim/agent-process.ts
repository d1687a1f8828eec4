/** The agent's process, apart from its conversation: it boots while the shim still loads what it talks ACP with. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';

/** The agent process could not be started or refused to begin; the message says why. */
export class AgentFailed extends Error {
  override name = 'AgentFailed';
}

export interface AgentExit {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** The last of its standard error. */
  said: string;
}

export interface AgentProcess {
  readonly child: ChildProcessByStdio<Writable, Readable, Readable>;
  /** Resolves when it has ended or could not be started. Never rejects. */
  readonly ended: Promise<AgentExit>;
  /** `error`, told with the command line and the last of its standard error. */
  failure(error: unknown): AgentFailed;
}

export interface AgentCommand {
  argv: string[];
  env: NodeJS.ProcessEnv;
  /** An existing directory; it may still be empty. */
  cwd: string;
}

const stderrKept = 8192;
/** What the process wrote last may come this much later than its end (ms). */
const lastWords = 20;

/** Throws `AgentFailed` when there is no command; what goes wrong later is told by `ended`. */
export function spawnAgent({ argv, env, cwd }: AgentCommand): AgentProcess {
  const [command, ...args] = argv;
  if (command === undefined) throw new AgentFailed('the runner names no command');
  const child = spawn(command, args, { cwd, env, stdio: ['pipe', 'pipe', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-stderrKept);
  });
  child.stdin.on('error', () => {});
  const ended = new Promise<AgentExit>((resolve) => {
    child.once('error', (error) => {
      said = error.message;
      resolve({ code: null, signal: null, said });
    });
    child.once('exit', (code, signal) =>
      setTimeout(() => resolve({ code, signal, said: said.trim() }), lastWords),
    );
  });
  const failure = (error: unknown): AgentFailed =>
    new AgentFailed(`${argv.join(' ')}: ${said.trim() || (error instanceof Error ? error.message : error)}`);
  return { child, ended, failure };
}
