/** The key of a provider at the moment of a call: read anew when its file changed, its command's word has aged, or it was refused. */
import { execFile } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { parseEnv, promisify } from 'node:util';
import type { KeySource } from '#src/core/models.ts';
import { commandEnvironment } from '../command-environment.ts';

export interface Key {
  /** Undefined for a provider that asks for none. Rejects with {@link KeyError}. */
  current(): Promise<string | undefined>;
  /** After a refusal: asks the source again, whatever was remembered. */
  renew(): Promise<string | undefined>;
}

/** The key cannot be had; the message is for the log and holds nothing of it. */
export class KeyError extends Error {
  override readonly name = 'KeyError';
}

/** Milliseconds: how long a command's word holds, how long the command may take, and between renewals. */
const commandHolds = 300_000;
const commandTakes = 10_000;
const betweenRenewals = 1_000;

const run = promisify(execFile);

/**
 * @param env what a command sees, without the service's own secrets
 * @param learned told of each key that was read
 */
export function createKey(
  source: KeySource,
  env: Record<string, string | undefined>,
  now: () => number,
  learned: (key: string) => void = () => {},
): Key {
  switch (source.from) {
    case 'none':
      return { current: async () => undefined, renew: async () => undefined };
    case 'value':
      return source.written
        ? writtenKey(source.value, source.written, learned)
        : { current: async () => source.value, renew: async () => source.value };
    case 'file':
      return fileKey(source.path, learned);
    case 'command':
      return commandKey(source.argv, env, now, learned);
  }
}

/** Of a file with other settings too, which may be half written: what was known holds until there is another. */
function writtenKey(
  value: string,
  { file, name }: { file: string; name: string },
  learned: (key: string) => void,
): Key {
  let known = value;
  const there = fileKey(file, learned, (text) => parseEnv(text)[name] ?? '');
  const lasting = async (read: () => Promise<string | undefined>): Promise<string> => {
    known = (await read().catch(() => undefined)) ?? known;
    return known;
  };
  return { current: () => lasting(there.current), renew: () => lasting(there.renew) };
}

function fileKey(
  path: string,
  learned: (key: string) => void,
  keyIn: (text: string) => string = (text) => text,
): Key {
  let known: { mark: string; key: string } | undefined;
  const read = async (): Promise<string> => {
    try {
      const key = checked(keyIn(await readFile(path, 'utf8')));
      learned(key);
      const { mtimeMs, size, ino } = await stat(path);
      known = { mark: `${mtimeMs} ${size} ${ino}`, key };
      return key;
    } catch (error) {
      throw error instanceof KeyError ? error : new KeyError(`its file cannot be read (${codeOf(error)})`);
    }
  };
  return {
    current: async () => {
      const found = known && (await stat(path).catch(() => undefined));
      if (known && found && known.mark === `${found.mtimeMs} ${found.size} ${found.ino}`) return known.key;
      return read();
    },
    renew: read,
  };
}

function commandKey(
  argv: string[],
  env: Record<string, string | undefined>,
  now: () => number,
  learned: (key: string) => void,
): Key {
  const [file = '', ...args] = argv;
  const clean = commandEnvironment(env);
  let known: { key: string; at: number } | undefined;
  let asking: Promise<string> | undefined;
  let renewedAt = Number.NEGATIVE_INFINITY;

  const ask = async (): Promise<string> => {
    try {
      const options = {
        env: clean,
        timeout: commandTakes,
        killSignal: 'SIGKILL',
        maxBuffer: 64 * 1024,
      } as const;
      const { stdout } = await run(file, args, options);
      known = { key: checked(stdout), at: now() };
      learned(known.key);
      return known.key;
    } catch (error) {
      throw error instanceof KeyError ? error : new KeyError(`its command failed (${codeOf(error)})`);
    }
  };
  // Calls at the same time share one run of the command.
  const shared = (): Promise<string> => {
    asking ??= ask().finally(() => {
      asking = undefined;
    });
    return asking;
  };

  return {
    current: async () => (known && now() - known.at < commandHolds ? known.key : shared()),
    renew: async () => {
      // An agent that provokes refusals does not get to start a process for each.
      if (known && now() - renewedAt < betweenRenewals) return known.key;
      renewedAt = now();
      return shared();
    },
  };
}

function checked(text: string): string {
  const key = text.trim();
  if (key === '') throw new KeyError('its source is empty');
  if (!/^[\x21-\x7e]{1,8192}$/.test(key))
    throw new KeyError('its source holds more than one line without spaces');
  return key;
}

/** Neither message nor output of a failed command is told: both may hold the key. */
function codeOf(error: unknown): string {
  const { code, signal } = error as { code?: unknown; signal?: unknown };
  return String(signal ?? code ?? 'unknown');
}
