/** Runs one command line, passes on what it writes and says how it ended. */
import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { setTimeout as sleep } from 'node:timers/promises';
import { killAll } from '../shim/processes.ts';

export interface CommandEnd {
  exitCode?: number;
  signal?: string;
  lastLines?: string[];
}

export interface RunningCommand {
  /** Resolves when the command itself has ended, whatever it left running. A command that cannot start ended with 127. */
  ended: Promise<CommandEnd>;
  /** Ends the command and every process it started. */
  kill(): Promise<void>;
}

/** What is left in the pipes of an ended command is waited for this long (ms): something it started may hold them open. */
const drainTime = 500;
const drainRounds = 20;
const tailLength = 16_384;

/** `env` must hold a `PRLT_PROMPT_FILE` of its own, which marks the processes of this command. */
export function startCommand(
  [command, ...args]: [string, ...string[]],
  cwd: string,
  env: NodeJS.ProcessEnv,
  say: (text: string, stream: 'stdout' | 'stderr') => Promise<void>,
): RunningCommand {
  const { NODE_COMPILE_CACHE: _cache, PRLT_COMMAND: _command, ...clean } = env;
  const child = spawn(command, args, { cwd, env: clean, stdio: ['ignore', 'pipe', 'pipe'] });
  let tail = '';

  async function pass(from: Readable, stream: 'stdout' | 'stderr'): Promise<void> {
    const decoder = new StringDecoder('utf8');
    const give = async (text: string) => {
      if (text === '') return;
      tail = (tail + text).slice(-tailLength);
      await say(text, stream);
    };
    try {
      for await (const bytes of from as AsyncIterable<Buffer>) await give(decoder.write(bytes));
    } catch {
      // Closed after the command ended, while something it started still held it.
    }
    await give(decoder.end());
  }

  const passed = Promise.all([pass(child.stdout, 'stdout'), pass(child.stderr, 'stderr')]);
  const exited = new Promise<CommandEnd>((resolve) => {
    child.once('error', (error) => {
      tail += `${command}: ${error.message}\n`;
      resolve({ exitCode: 127 });
    });
    child.once('exit', (code, signal) =>
      resolve({ ...(code !== null && { exitCode: code }), ...(signal && { signal }) }),
    );
  });

  async function end(): Promise<CommandEnd> {
    const how = await exited;
    await Promise.race([passed, quiet(() => tail)]);
    child.stdout.destroy();
    child.stderr.destroy();
    await passed;
    if (how.exitCode === 0) return how;
    return { ...how, lastLines: lastLines(tail) };
  }

  return {
    ended: end(),
    async kill() {
      child.kill('SIGKILL');
      await killAll({ kind: 'marked', name: 'PRLT_PROMPT_FILE', value: clean['PRLT_PROMPT_FILE'] ?? '' });
    },
  };
}

/** Resolves once nothing new has come for `drainTime`; a background process that keeps writing is not waited for. */
async function quiet(tail: () => string): Promise<void> {
  let before: string | undefined;
  for (let round = 0; round < drainRounds && before !== tail(); round += 1) {
    before = tail();
    await sleep(drainTime);
  }
}

function lastLines(text: string): string[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines.slice(-20).map((line) => line.trimEnd().slice(-500));
}
