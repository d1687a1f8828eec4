/** Keys of providers that stand in the `.env` file know where they stand; those of the environment do not. */
import { expect, test } from 'vitest';
import { withKeysOfFile } from '#src/config/env-keys.ts';
import { readModels } from '#src/config/models.ts';

test('a key by its own name, and no other kind of source', () => {
  const { models } = readModels({
    PRLT_MODELS_ANTHROPIC_KEY: 'sk-a',
    PRLT_MODELS_MY_ROUTER_KEY: 'sk-r',
    PRLT_MODELS_MY_ROUTER_URL: 'https://router.example/v1',
    PRLT_MODELS_OPENAI_KEY_COMMAND: '/bin/key',
  });
  const names = new Set(['PRLT_MODELS_MY_ROUTER_KEY', 'PRLT_MODELS_OPENAI_KEY_COMMAND']);
  expect(withKeysOfFile(models, '/data/.env', names).providers.map(({ name, key }) => [name, key])).toEqual([
    ['anthropic', { from: 'value', value: 'sk-a' }],
    ['openai', { from: 'command', argv: ['/bin/key'] }],
    [
      'my-router',
      {
        from: 'value',
        value: 'sk-r',
        written: { file: '/data/.env', name: 'PRLT_MODELS_MY_ROUTER_KEY' },
      },
    ],
  ]);
});
