/** The service's own secrets, as far as it knows them: those of its settings, and those that it reads as it goes. */
import { readFileSync } from 'node:fs';
import type { Settings } from '../config/settings.ts';
import type { KeySource } from '../core/models.ts';
import { createSecretScan, type SecretScan } from '../core/text/secrets/scan.ts';
import type { KnownSecret } from '../core/text/secrets/secret.ts';

export interface Secrets {
  /** For what is about to be published; knows everything that was learned by now. */
  scan(): SecretScan;
  /** A text as it may be posted or kept. */
  redact(text: string): string;
  /** What a file or a command told when a key was needed. */
  learn(name: string, value: string): void;
}

/** Values of one source that are still looked for after newer ones came: tokens of commands change by the hour. */
const remembered = 5;

type Sources = Pick<Settings, 'webhookSecret' | 'privateKey' | 'models' | 'registries'>;

/** @param more what is in no setting */
export function createSecrets(settings: Sources, more: readonly KnownSecret[] = []): Secrets {
  const known = new Map<string, KnownSecret>();
  for (const one of [...knownSecrets(settings), ...more]) known.set(one.value, one);
  let scan: SecretScan | undefined;
  const current = (): SecretScan => {
    scan ??= createSecretScan([...known.values()]);
    return scan;
  };
  return {
    scan: current,
    redact: (text) => current().redact(text),
    learn: (name, value) => {
      if (known.has(value)) return;
      known.set(value, { name, value });
      const older = [...known.values()].filter((one) => one.name === name).slice(0, -remembered);
      for (const one of older) known.delete(one.value);
      scan = undefined;
    },
  };
}

export function knownSecrets({ webhookSecret, privateKey, models, registries }: Sources): KnownSecret[] {
  const sources = [
    ...models.providers.map(({ name, key }) => ({ name: modelKeyName(name), source: key })),
    ...registries.flatMap(({ name, auth }) =>
      auth ? [{ name: registrySecretName(name), source: auth.secret }] : [],
    ),
  ];
  return [
    { name: 'the webhook secret', value: webhookSecret },
    { name: "the App's private key", value: privateKey },
    ...sources.flatMap(({ name, source }) => {
      const value = knownValue(source);
      return value === undefined ? [] : [{ name, value }];
    }),
  ];
}

export const modelKeyName = (provider: string): string => `the key of the model provider ${provider}`;
export const registrySecretName = (registry: string): string => `the credential of the registry ${registry}`;

/** Undefined for what is not known yet. */
function knownValue(source: KeySource): string | undefined {
  if (source.from === 'value') return source.value;
  if (source.from !== 'file') return undefined;
  try {
    return readFileSync(source.path, 'utf8').trim();
  } catch {
    return undefined;
  }
}
