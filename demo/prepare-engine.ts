/** Chooses where the demo's agent runs, and makes sure that the runner image exists. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import Docker from 'dockerode';

export type Place =
  | { runtime: 'docker'; docker: Docker; engine: string }
  | { runtime: 'host'; reason: string };

/** What cannot go on, as a sentence with what to do. */
export class DemoFailed extends Error {
  override name = 'DemoFailed';
}

const root = join(import.meta.dirname, '..');

/** Docker when an engine answers within 5 s, else this machine. */
export async function choosePlace(): Promise<Place> {
  const docker = new Docker();
  try {
    const late = sleep(5_000, undefined, { ref: false }).then(() => {
      throw new Error('it does not answer within 5 s');
    });
    const { Version } = await Promise.race([docker.version(), late]);
    return { runtime: 'docker', docker, engine: Version };
  } catch (error) {
    return { runtime: 'host', reason: error instanceof Error ? error.message : String(error) };
  }
}

/** Rejects with `DemoFailed` when no image can be had. */
export async function buildImages(signal: AbortSignal, tell: (line: string) => void): Promise<void> {
  const build = await run([process.execPath, 'scripts/runners-build.ts', '--only', 'command'], signal, tell);
  if (build.ok) return;
  if (process.env['PRLT_RUNNER_BASE'] !== undefined) throw new DemoFailed(build.lastWords);
  if (!canPrepare()) {
    throw new DemoFailed(
      `${build.lastWords}\nOn Debian, \`sudo .ci/machine\` makes a base image from Debian's packages; then start the demo again.`,
    );
  }
  tell('The public base image cannot be had here; .ci/machine makes one from Debian packages, once.');
  const machine = await run(['.ci/machine'], signal, tell);
  if (!machine.ok) throw new DemoFailed(`.ci/machine could not prepare this machine:\n${machine.lastWords}`);
}

/** As root on Debian, where nobody needs to be asked for a password. */
function canPrepare(): boolean {
  return process.getuid?.() === 0 && existsSync('/etc/debian_version');
}

/** A process of its own, which can be ended at any moment; what it writes is told line by line. */
async function run(
  [command = '', ...args]: string[],
  signal: AbortSignal,
  tell: (line: string) => void,
): Promise<{ ok: boolean; lastWords: string }> {
  const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  const end = (): void => void child.kill('SIGTERM');
  signal.addEventListener('abort', end);
  const said: string[] = [];
  const lines = async (stream: Readable, each: (line: string) => void): Promise<void> => {
    for await (const line of createInterface({ input: stream })) {
      said.push(line);
      each(line);
    }
  };
  const closed = once(child, 'close');
  await Promise.all([lines(child.stdout, tell), lines(child.stderr, () => {})]);
  const [code] = (await closed) as [number | null];
  signal.removeEventListener('abort', end);
  signal.throwIfAborted();
  return { ok: code === 0, lastWords: said.slice(-12).join('\n') };
}
