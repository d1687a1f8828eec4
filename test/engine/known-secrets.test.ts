import { expect, test } from 'vitest';
import { knownSecrets } from '#src/engine/known-secrets.ts';

test('everything secret that the settings themselves hold', () => {
  const provider = { name: 'a', api: 'openai' as const, url: 'http://a', allow: [] };
  const models = {
    providers: [
      { ...provider, key: { from: 'value' as const, value: 'a model key' } },
      { ...provider, key: { from: 'file' as const, path: '/key' } },
    ],
    prices: {} as never,
  };
  const auth = { secret: { from: 'value', value: 'a token' }, scheme: 'bearer' };
  const registries = [{ auth }, {}] as never;
  expect(knownSecrets({ webhookSecret: 'hook', privateKey: 'pem', models, registries })).toEqual([
    'hook',
    'pem',
    'a model key',
    'a token',
  ]);
});
