/** Providers of models from the environment; no sentence repeats what could be a key. */
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readModels } from '#src/config/models.ts';
import { readSettings } from '#src/config/settings.ts';
import { scratchDir } from '../store/scratch.ts';

const providers = (env: Record<string, string>) => {
  const { models, problems } = readModels(env);
  expect(problems).toEqual([]);
  return models.providers;
};

test('none without settings', () => {
  expect(readModels({ PATH: '/bin' })).toMatchObject({ models: { providers: [] }, problems: [] });
});

test('the known two need a key only', () => {
  expect(providers({ PRLT_MODELS_OPENAI_KEY: ' sk-o ', PRLT_MODELS_ANTHROPIC_KEY: 'sk-a' })).toEqual([
    {
      name: 'anthropic',
      api: 'anthropic',
      url: 'https://api.anthropic.com',
      key: { from: 'value', value: 'sk-a' },
      allow: [],
    },
    {
      name: 'openai',
      api: 'openai',
      url: 'https://api.openai.com/v1',
      key: { from: 'value', value: 'sk-o' },
      allow: [],
    },
  ]);
});

test('Gemini needs a key only, and its version may stand in an address of one’s own', () => {
  const key = { from: 'value', value: 'AIza-g' };
  const own = { PRLT_MODELS_G_URL: 'https://g.example.org/v1beta/', PRLT_MODELS_G_API: 'gemini' };
  expect(providers({ PRLT_MODELS_GEMINI_KEY: 'AIza-g', ...own })).toMatchObject([
    { name: 'gemini', api: 'gemini', url: 'https://generativelanguage.googleapis.com', key },
    { name: 'g', api: 'gemini', url: 'https://g.example.org' },
  ]);
});

test('others name their address, may need no key, and come after', () => {
  const env = {
    PRLT_MODELS_MY_ROUTER_URL: 'https://models.example.org/api/v1/',
    PRLT_MODELS_MY_ROUTER_KEY_COMMAND: '["op", "read", "op://x/y"]',
    PRLT_MODELS_MY_ROUTER_ALLOW: 'web_search, urls',
    PRLT_MODELS_LOCAL_URL: 'http://127.0.0.1:11434/v1',
    PRLT_MODELS_PROXY_URL: 'https://proxy.example.org/v1',
    PRLT_MODELS_PROXY_API: 'anthropic',
    PRLT_MODELS_PROXY_KEY_COMMAND: '/usr/local/bin/key',
    PRLT_MODELS_OPENAI_KEY: 'sk-o',
  };
  expect(providers(env)).toMatchObject([
    { name: 'openai' },
    { name: 'local', api: 'openai', key: { from: 'none' }, url: 'http://127.0.0.1:11434/v1' },
    {
      name: 'my-router',
      url: 'https://models.example.org/api/v1',
      key: { from: 'command', argv: ['op', 'read', 'op://x/y'] },
      allow: ['web_search', 'urls'],
    },
    {
      name: 'proxy',
      api: 'anthropic',
      url: 'https://proxy.example.org',
      key: { from: 'command', argv: ['/usr/local/bin/key'] },
    },
  ]);
});

describe('problems', () => {
  const secret = 'sk-very-secret';
  const cases: [string, Record<string, string>, RegExp][] = [
    ['an unknown form', { PRLT_MODELS_OPENAI_TOKEN: secret }, /^PRLT_MODELS_OPENAI_TOKEN is not a setting/],
    ['no name', { PRLT_MODELS_KEY: secret }, /^PRLT_MODELS_KEY is not a setting/],
    ['a small name', { PRLT_MODELS_openai_KEY: secret }, /is not a setting/],
    [
      'a known one without a key',
      { PRLT_MODELS_OPENAI_ALLOW: 'urls' },
      /"openai" needs a key: set PRLT_MODELS_OPENAI_KEY/,
    ],
    ['another without an address', { PRLT_MODELS_MINE_KEY: secret }, /PRLT_MODELS_MINE_URL is missing/],
    [
      'two sources',
      { PRLT_MODELS_OPENAI_KEY: secret, PRLT_MODELS_OPENAI_KEY_FILE: '/x' },
      /PRLT_MODELS_OPENAI_KEY and PRLT_MODELS_OPENAI_KEY_FILE are both set/,
    ],
    ['a key of two lines', { PRLT_MODELS_OPENAI_KEY: `${secret}\nx` }, /characters that no key has/],
    [
      'a file that is not there',
      { PRLT_MODELS_OPENAI_KEY_FILE: `/nowhere/${secret}` },
      /cannot be read: ENOENT/,
    ],
    [
      'a list that is none',
      { PRLT_MODELS_OPENAI_KEY_COMMAND: `["${secret}"` },
      /neither a path nor a JSON list/,
    ],
    ['an empty list', { PRLT_MODELS_OPENAI_KEY_COMMAND: '[]' }, /neither a path nor a JSON list/],
    ['no address', { PRLT_MODELS_X_URL: secret }, /PRLT_MODELS_X_URL is not an address/],
    ['a user in it', { PRLT_MODELS_X_URL: `https://u:${secret}@x.example/v1` }, /no user/],
    ['another scheme', { PRLT_MODELS_X_URL: 'file:///etc' }, /is not an address/],
    [
      'another API',
      { PRLT_MODELS_X_URL: 'https://x', PRLT_MODELS_X_API: secret },
      /PRLT_MODELS_X_API is one of anthropic, openai, gemini/,
    ],
    [
      'prices that are not there',
      { PRLT_MODELS_PRICES: '/nowhere' },
      /PRLT_MODELS_PRICES cannot be read: ENOENT/,
    ],
  ];
  test.each(cases)('%s', (_, env, said) => {
    const { problems } = readModels(env);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(said);
    expect(problems[0]).not.toContain(secret);
  });

  test('all are said with those of the other settings', () => {
    const read = readSettings({ PRLT_MODELS_OPENAI_TOKEN: 'x', PRLT_MODELS_MINE_KEY: 'y' });
    expect(read.ok ? [] : read.problems.filter((one) => one.includes('PRLT_MODELS_'))).toHaveLength(2);
  });
});

test('a file is read when it is needed, not kept', async () => {
  const path = join(await scratchDir(), 'key');
  await writeFile(path, 'sk\n');
  await chmod(path, 0o600);
  expect(providers({ PRLT_MODELS_OPENAI_KEY_FILE: path })).toMatchObject([{ key: { from: 'file', path } }]);
  await writeFile(path, '');
  expect(readModels({ PRLT_MODELS_OPENAI_KEY_FILE: path }).problems).toEqual([
    'PRLT_MODELS_OPENAI_KEY_FILE names an empty file.',
  ]);
});

describe('prices of the operator', () => {
  const read = async (yaml: string) => {
    const path = join(await scratchDir(), 'prices.yml');
    await writeFile(path, yaml);
    return readModels({ PRLT_MODELS_PRICES: path });
  };

  test('go before the list prices, which stay for the others', async () => {
    const { models, problems } = await read(
      'gpt-5: { input: 1, output: 2, cache_read: 0.1 }\nlocal/: { input: 0, output: 0 }\n',
    );
    expect(problems).toEqual([]);
    expect(models.prices['gpt-5']).toEqual({ input: 1, output: 2, cacheRead: 0.1, cacheWrite: 1 });
    expect(models.prices['local/']).toEqual({ input: 0, output: 0, cacheRead: 0, cacheWrite: 0 });
    expect(models.prices['claude-sonnet-5']).toBeDefined();
  });

  test.each([
    ['x: { input: 1 }', /PRLT_MODELS_PRICES: x.output/],
    ['x: { input: -1, output: 1 }', /x.input/],
    ['x: { input: 1, output: 1, cached: 1 }', /x: .*cached/],
    ['x: [', /not YAML/],
    ['- 1', /PRLT_MODELS_PRICES: the file/],
  ])('%s', async (yaml, said) => {
    expect((await read(yaml)).problems.join()).toMatch(said);
  });

  test('an empty file changes nothing', async () => {
    expect((await read('')).problems).toEqual([]);
  });
});
