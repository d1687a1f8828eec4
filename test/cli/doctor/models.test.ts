/** A line per provider; keys are looked for and never told. */
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkModels } from '#src/cli/doctor/models.ts';
import type { KeySource, ModelProvider } from '#src/core/models.ts';
import { scratchDir } from '../../store/scratch.ts';

function aProvider(key: KeySource, over: Partial<ModelProvider> = {}): ModelProvider {
  return { name: 'openai', api: 'openai', url: 'https://api.openai.com/v1', key, allow: [], ...over };
}

test('none at all is weak, since agents with models cannot work', async () => {
  expect(await checkModels([])).toMatchObject([
    { state: 'weak', todo: expect.stringMatching(/PRLT_MODELS_ANTHROPIC_KEY/) },
  ]);
});

test('a key in the environment is there, and not shown', async () => {
  const findings = await checkModels([
    aProvider({ from: 'value', value: 'sk-secret' }),
    aProvider({ from: 'none' }),
  ]);
  expect(findings).toMatchObject([{ state: 'ok' }, { state: 'ok' }]);
  expect(JSON.stringify(findings)).not.toContain('sk-secret');
});

test('in clear over the network is weak, on this machine it is not', async () => {
  const key = { from: 'value', value: 'sk' } as const;
  const [far, near] = await checkModels([
    aProvider(key, { url: 'http://models.example.org/v1' }),
    aProvider(key, { url: 'http://127.0.0.1:11434/v1' }),
  ]);
  expect([far?.state, near?.state]).toEqual(['weak', 'ok']);
});

test('who else can read the file, or change the command', async () => {
  const path = join(await scratchDir(), 'key');
  await writeFile(path, 'sk-secret');
  const state = async (mode: number, key: KeySource): Promise<string | undefined> => {
    await chmod(path, mode);
    const [finding] = await checkModels([aProvider(key)]);
    expect(JSON.stringify(finding)).not.toContain('sk-secret');
    return finding?.state;
  };
  const file: KeySource = { from: 'file', path };
  const command: KeySource = { from: 'command', argv: [path, 'sk-secret'] };
  expect(await state(0o600, file)).toBe('ok');
  expect(await state(0o640, file)).toBe('weak');
  expect(await state(0o604, file)).toBe('weak');
  expect(await state(0o755, command)).toBe('ok');
  expect(await state(0o775, command)).toBe('weak');
  expect((await checkModels([aProvider({ from: 'file', path: '/nowhere/key' })]))[0]?.state).toBe('broken');
  expect((await checkModels([aProvider({ from: 'command', argv: ['op', 'read'] })]))[0]?.state).toBe('ok');
});
