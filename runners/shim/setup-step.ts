/** Runs one command of a set-up and tells how it ended. */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Step {
  command: string;
  cwd: string;
  env: NodeJS.ProcessEnv;
  say: (text: string, stream: 'stdout' | 'stderr') => void;
  stop: AbortSignal;
  /** When it is too late, on the clock of `performance.now()`. */
  until: number;
  kill: () => Promise<void>;
}

/** `exitCode` is a shell's: 128 and the signal's number for a command that was killed. */
export type StepEnd =
  | { kind: 'ended' | 'late'; exitCode: number; ms: number; lastLines: string[] }
  | { kind: 'not_started'; error: string };

const keptLines = 20;
/** What a command wrote last may come this much later than its end, ms. What it left running may hold its output open. */
const lastWords = 200;

/** On a stop and when it is late every process is killed. Never rejects. */
export async function runStep({ command, cwd, env, say, stop, until, kill }: Step): Promise<StepEnd> {
  const started = performance.now();
  const child = spawn('sh', ['-c', command], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let tail = '';
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      tail = (tail + text).slice(-16_384);
      say(text, stream);
    });
  }
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const ended = new Promise<{ exitCode: number } | { error: string }>((resolve) => {
    child.once('error', (error) => resolve({ error: error.message }));
    child.once('exit', (code, signal) =>
      resolve({ exitCode: code ?? 128 + (signal ? constants.signals[signal] : 0) }),
    );
  });
  const timer = new AbortController();
  const cut = Promise.withResolvers<'stopped'>();
  const onStop = () => cut.resolve('stopped');
  stop.addEventListener('abort', onStop, { once: true });
  if (stop.aborted) onStop();
  const late = sleep(Math.max(0, until - started), 'late' as const, { signal: timer.signal });
  late.catch(() => {});
  const first = await Promise.race([ended, cut.promise, late]);
  timer.abort();
  stop.removeEventListener('abort', onStop);
  if (typeof first === 'string') await kill();
  const end = await ended;
  if ('error' in end) return { kind: 'not_started', error: end.error };
  await Promise.race([closed, sleep(lastWords, undefined, { ref: false })]);
  return {
    kind: first === 'late' ? 'late' : 'ended',
    exitCode: end.exitCode,
    ms: Math.round(performance.now() - started),
    lastLines: linesOf(tail),
  };
}

function linesOf(text: string): string[] {
  const lines = text.split('\n').map((line) => line.trimEnd());
  return lines
    .filter(Boolean)
    .slice(-keptLines)
    .map((line) => line.slice(-500));
}
