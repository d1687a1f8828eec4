/** Where keys come from, when they are asked for again, and that errors hold nothing of them. */
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createKey } from '#src/gateway/models/keys.ts';
import { scratchDir } from '../../store/scratch.ts';

async function script(lines: string): Promise<{ argv: string[]; count: () => Promise<number> }> {
  const dir = await scratchDir();
  const path = join(dir, 'key');
  const log = join(dir, 'log');
  await writeFile(path, `#!/bin/sh\necho x >> "${log}"\n${lines}\n`, { mode: 0o755 });
  const { readFile } = await import('node:fs/promises');
  return {
    argv: [path, 'a b'],
    count: async () => (await readFile(log, 'utf8').catch(() => '')).length / 2,
  };
}

test('a command is run once for five minutes, and once for calls at the same time', async () => {
  let now = 0;
  const { argv, count } = await script('echo "sk-$1" | tr " " -');
  const key = createKey({ from: 'command', argv }, { PATH: process.env['PATH'] }, () => now);
  expect(await Promise.all([key.current(), key.current(), key.current()])).toEqual(Array(3).fill('sk-a-b'));
  now = 299_999;
  await key.current();
  expect(await count()).toBe(1);
  now = 300_000;
  await key.current();
  expect(await count()).toBe(2);
});

test('refusals do not make it run without end', async () => {
  let now = 0;
  const { argv, count } = await script('echo sk');
  const key = createKey({ from: 'command', argv }, { PATH: process.env['PATH'] }, () => now);
  for (let tries = 0; tries < 20; tries += 1) await key.renew();
  expect(await count()).toBe(1);
  now = 1_000;
  await key.renew();
  expect(await count()).toBe(2);
});

test('a command sees no secret of the service', async () => {
  const { argv } = await script('echo "[$PRIVATE_KEY$WEBHOOK_SECRET$PRLT_MODELS_OPENAI_KEY]$VAULT_ADDR"');
  const env = {
    PATH: process.env['PATH'],
    PRIVATE_KEY: 'p',
    WEBHOOK_SECRET: 'w',
    PRLT_MODELS_OPENAI_KEY: 'k',
    VAULT_ADDR: 'v',
  };
  expect(await createKey({ from: 'command', argv }, env, () => 0).current()).toBe('[]v');
});

test.each([
  ['that fails', 'echo sk-secret; echo sk-secret >&2; exit 3', /its command failed \(3\)/],
  ['that says nothing', 'true', /its source is empty/],
  ['that says too much', 'echo sk-secret; echo and more', /more than one line/],
])('a command %s', async (_, lines, said) => {
  const { argv } = await script(lines);
  const key = createKey({ from: 'command', argv }, { PATH: process.env['PATH'] }, () => 0);
  const error = await key.current().catch((reason: Error) => reason);
  expect(String(error)).toMatch(said);
  expect(String(error)).not.toContain('sk-secret');
});

test('a file that is replaced by one of the same length is seen', async () => {
  const path = join(await scratchDir(), 'key');
  await writeFile(path, 'sk-1\n');
  const key = createKey({ from: 'file', path }, {}, () => 0);
  expect(await key.current()).toBe('sk-1');
  await writeFile(path, 'sk-2\n');
  expect(await key.current()).toBe('sk-2');
});

test('a key of the `.env` file is read anew when that changes, and stays while the file has none', async () => {
  const file = join(await scratchDir(), '.env');
  await writeFile(file, 'A=1\nK=sk-1\n');
  const learned: string[] = [];
  const written = { file, name: 'K' };
  const key = createKey(
    { from: 'value', value: 'sk-1', written },
    {},
    () => 0,
    (one) => learned.push(one),
  );
  expect(await key.current()).toBe('sk-1');
  await writeFile(file, 'A=1\nexport K="sk-2"\n');
  expect([await key.current(), await key.renew()]).toEqual(['sk-2', 'sk-2']);
  expect(learned).toContain('sk-2');
  for (const text of ['', 'K=\n', 'K="no key"\n']) {
    await writeFile(file, text);
    expect([await key.current(), await key.renew()]).toEqual(['sk-2', 'sk-2']);
  }
  await rm(file);
  expect([await key.current(), await key.renew()]).toEqual(['sk-2', 'sk-2']);
});

test('no key where none is asked for', async () => {
  expect(await createKey({ from: 'none' }, {}, () => 0).current()).toBeUndefined();
});
