/** The service under test as its users run it: a process of its own with the environment of DESIGN §8. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LocalGitHub } from './github/local-github.ts';
import { removeLeftovers } from './leftovers.ts';

const root = resolve(import.meta.dirname, '../..');

export interface PrltOptions {
  github: LocalGitHub;
  runtime: 'docker' | 'host';
  env?: Record<string, string>;
  /** Its working directory, where it looks for `.env`. */
  cwd?: string;
  /** What a start waits for; `ready` unless told otherwise. */
  until?: 'ready' | 'listening';
  /** Gives the start up, and leaves nothing of it. */
  signal?: AbortSignal;
}

export interface Prlt {
  readonly url: string;
  readonly dataDir: string;
  /** Of the process that runs now. */
  readonly pid: number;
  /** Everything it wrote, over all its lives. */
  log(): string;
  /** Starts it again on the same data directory and port; resolves when it is ready to work. */
  start(env?: Record<string, string>): Promise<void>;
  /** Resolves when the life that it has now is over. */
  gone(): Promise<void>;
  /** Sends a signal and resolves with the exit code, null after a signal that kills. */
  end(signal: NodeJS.Signals): Promise<number | null>;
  /** Ends it and removes its data directory, its containers and its volumes. */
  close(): Promise<void>;
}

/** Resolves once `/readyz` answers 200, at most 30 s after the start. */
export async function startPrlt({
  github,
  runtime,
  env = {},
  cwd = root,
  until = 'ready',
  signal,
}: PrltOptions): Promise<Prlt> {
  const dataDir = await mkdtemp(join(tmpdir(), 'prlt-'));
  let output = '';
  let url = '';
  let child: ChildProcess | undefined;

  const start = async (more: Record<string, string> = {}): Promise<void> => {
    const port = url ? new URL(url).port : '0';
    const running = spawn(process.execPath, ['--max-semi-space-size=16', join(root, 'src/main.ts')], {
      cwd,
      env: { ...serviceEnvironment(github, dataDir, runtime), PORT: port, ...env, ...more },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child = running;
    const before = output.length;
    for (const stream of [running.stdout, running.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        output += chunk.toString();
      });
    }
    url = await listening(running, () => output.slice(before), signal);
    github.setWebhook({ url: `${url}/api/github/webhooks`, secret });
    if (until === 'ready') await ready(running, url, () => output, signal);
  };

  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    if (!child || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null;
    const gone = once(child, 'exit');
    child.kill(signal);
    const [code] = (await gone) as [number | null];
    return code;
  };

  await start().catch(async (error: unknown) => {
    await end('SIGTERM');
    await removeLeftovers(dataDir, runtime);
    await rm(dataDir, { recursive: true, force: true });
    throw error;
  });
  return {
    get url() {
      return url;
    },
    dataDir,
    get pid() {
      return child?.pid ?? 0;
    },
    log: () => output,
    start,
    gone: async () => {
      if (child && child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    },
    end,
    close: async () => {
      await end('SIGTERM');
      await removeLeftovers(dataDir, runtime);
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

const secret = 'a webhook secret of the tests';

/** What a service needs to know to work with the local GitHub. */
export function serviceEnvironment(
  github: LocalGitHub,
  dataDir: string,
  runtime: string,
): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '',
    HOME: process.env['HOME'] ?? '/',
    APP_ID: String(github.app.id),
    PRIVATE_KEY: github.app.privateKey,
    WEBHOOK_SECRET: secret,
    GHE_HOST: new URL(github.url).host,
    GHE_PROTOCOL: 'http',
    PRLT_DATA_DIR: dataDir,
    PRLT_RUNTIME: runtime,
    // The local GitHub has no limits but those that a test sets.
    PRLT_MAX_WRITES: '6000',
    LOG_LEVEL: 'debug',
    // The engine that the test itself looks at.
    ...(process.env['DOCKER_HOST'] ? { DOCKER_HOST: process.env['DOCKER_HOST'] } : {}),
  };
}

async function listening(
  child: ChildProcess,
  output: () => string,
  signal: AbortSignal | undefined,
): Promise<string> {
  for (let waited = 0; waited < 20_000; waited += 20) {
    const found = /"url":"([^"]+)","dataDir"/.exec(output());
    if (found?.[1]) return found[1];
    if (child.exitCode !== null) throw new Error(`prlt ended with ${child.exitCode}:\n${output()}`);
    await sleep(20, undefined, signal ? { signal } : {});
  }
  throw new Error(`prlt does not listen:\n${output()}`);
}

async function ready(
  child: ChildProcess,
  url: string,
  output: () => string,
  signal: AbortSignal | undefined,
): Promise<void> {
  let said = '';
  for (let waited = 0; waited < 30_000; waited += 100) {
    if (child.exitCode !== null) throw new Error(`prlt ended with ${child.exitCode}:\n${output()}`);
    const answer = await fetch(`${url}/readyz`, signal ? { signal } : {});
    if (answer.ok) return;
    said = await answer.text();
    await sleep(100, undefined, signal ? { signal } : {});
  }
  throw new Error(`prlt is not ready: ${said}\n${output()}`);
}
