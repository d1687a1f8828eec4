import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createSecrets, knownSecrets } from '#src/engine/known-secrets.ts';

function settings() {
  const dir = mkdtempSync(join(tmpdir(), 'secrets-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  writeFileSync(join(dir, 'key'), 'the-key-in-a-file-0123\n');
  const provider = { api: 'openai' as const, url: 'http://a', allow: [] };
  const models = {
    providers: [
      { ...provider, name: 'a', key: { from: 'value' as const, value: 'a model key' } },
      { ...provider, name: 'b', key: { from: 'file' as const, path: join(dir, 'key') } },
      { ...provider, name: 'c', key: { from: 'command' as const, argv: ['op'] } },
      { ...provider, name: 'd', key: { from: 'file' as const, path: join(dir, 'none') } },
    ],
    prices: {} as never,
  };
  const auth = { secret: { from: 'value', value: 'a token' }, scheme: 'bearer' };
  const registries = [{ name: 'npm', auth }, {}] as never;
  return { webhookSecret: 'hook', privateKey: 'pem', models, registries };
}

test('everything secret that the settings themselves hold or lead to', () => {
  expect(knownSecrets(settings()).map(({ name, value }) => [name, value])).toEqual([
    ['the webhook secret', 'hook'],
    ["the App's private key", 'pem'],
    ['the key of the model provider a', 'a model key'],
    ['the key of the model provider b', 'the-key-in-a-file-0123'],
    ['the credential of the registry npm', 'a token'],
  ]);
});

test('what a command told is known from then on', () => {
  const secrets = createSecrets(settings(), [
    { name: 'the key of the markers', value: 'marker-key-marker-key' },
  ]);
  const text = 'op says told-by-a-command-98, and marker-key-marker-key';
  expect(secrets.redact(text)).toBe('op says told-by-a-command-98, and [redacted]');
  secrets.learn('the key of the model provider c', 'told-by-a-command-98');
  expect(secrets.redact(text)).toBe('op says [redacted], and [redacted]');
});
