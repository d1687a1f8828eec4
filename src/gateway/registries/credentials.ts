/** The credentials of registries, read when they are needed and never told to anybody but the registry. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { KeySource } from '#src/core/models.ts';
import type { Registry, RegistryAuth } from '#src/core/registry.ts';
import { commandEnvironment } from '../command-environment.ts';
import type { RegistryAccess } from './access.ts';

/** What a command answered is good for so long, milliseconds: tokens of clouds last for hours. */
const kept = 5 * 60_000;
const commandMs = 30_000;

/**
 * @param env what a command sees, without the service's own secrets
 * @param learned told of each secret that was read
 */
export function registryAccess(
  list: readonly Registry[],
  env: Record<string, string | undefined>,
  now: () => number,
  learned: (name: string, secret: string) => void = () => {},
): RegistryAccess {
  const known = new Map<string, { at: number; secret: Promise<string> }>();

  const secretOf = (name: string, source: KeySource, anew: boolean): Promise<string> => {
    const last = known.get(name);
    if (last && !anew && now() - last.at < kept) return last.secret;
    const secret = readSecret(source, env);
    known.set(name, { at: now(), secret });
    secret.then(
      (value) => learned(name, value),
      () => known.delete(name),
    );
    return secret;
  };

  return {
    list,
    authorization: async (name, anew) => {
      const auth = list.find((one) => one.name === name)?.auth;
      return auth && headerOf(auth, await secretOf(name, auth.secret, anew));
    },
  };
}

function headerOf(auth: RegistryAuth, secret: string): { header: string; value: string } {
  switch (auth.kind) {
    case 'basic':
      return {
        header: 'authorization',
        value: `Basic ${Buffer.from(`${auth.user}:${secret}`).toString('base64')}`,
      };
    case 'bearer':
      return { header: 'authorization', value: `Bearer ${secret}` };
    case 'header':
      return { header: auth.header, value: secret };
  }
}

/** One line. Rejects without repeating anything that could be a part of it. */
async function readSecret(source: KeySource, env: Record<string, string | undefined>): Promise<string> {
  const text = (await raw(source, env)).trim();
  if (!/^[\x20-\x7e]+$/.test(text))
    throw new Error('the secret is empty, or no single line of plain characters');
  return text;
}

async function raw(source: KeySource, env: Record<string, string | undefined>): Promise<string> {
  switch (source.from) {
    case 'value':
      return source.value;
    case 'file':
      return readFile(source.path, 'utf8');
    case 'command': {
      const [program = '', ...args] = source.argv;
      try {
        const options = { env: commandEnvironment(env), timeout: commandMs, maxBuffer: 64 * 1024 };
        return (await promisify(execFile)(program, args, options)).stdout;
      } catch (error) {
        const { code } = error as { code?: string | number };
        throw new Error(`the command for the secret failed (${code ?? 'no answer in time'})`);
      }
    }
    case 'none':
      return '';
  }
}
