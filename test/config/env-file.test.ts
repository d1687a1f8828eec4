/** The `.env` file: other lines stay, values come back as they went in, nobody else reads it. */
import { generateKeyPairSync } from 'node:crypto';
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { checkEnvFile, namesFromFile, setIn, withEnvFile, writeEnvFile } from '#src/config/env-file.ts';

const { privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
});

async function scratch(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'prlt-env-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  return join(dir, '.env');
}

test('values come back as they went in', () => {
  const values = { APP_ID: '7', PRIVATE_KEY: privateKey, QUOTED: 'a "word"', HASH: 'a # b', EMPTY: '' };
  expect(parseEnv(setIn('', values))).toEqual(values);
});

test('other lines stay, names that are set again are replaced, over several lines too', () => {
  const before = `# mine\nA=1\nexport APP_ID=3\nPRIVATE_KEY="-----BEGIN\nabc=\n-----END"\nB='x\ny'`;
  const after = setIn(before, { APP_ID: '7', PRIVATE_KEY: 'k' });
  expect(after).toBe(`# mine\nA=1\nB='x\ny'\nAPP_ID="7"\nPRIVATE_KEY="k"\n`);
});

test('a comment that looks like a setting is a comment', () => {
  expect(setIn('#APP_ID=3\n', { APP_ID: '7' })).toBe('#APP_ID=3\nAPP_ID="7"\n');
});

test('only its owner may read it, even when it was open before, and nothing is left beside it', async () => {
  const file = await scratch();
  await writeFile(file, 'A=1\n');
  await chmod(file, 0o644);
  await checkEnvFile(file);
  await writeEnvFile(file, { APP_ID: '7' });
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await readFile(file, 'utf8')).toBe('A=1\nAPP_ID="7"\n');
  expect(await readdir(join(file, '..'))).toEqual(['.env']);
});

test('a place that cannot be written is known before', async () => {
  await expect(checkEnvFile('/proc/prlt/.env')).rejects.toThrow();
});

test('the environment wins over the file, an empty value does not', async () => {
  const file = await scratch();
  expect(withEnvFile(file, { A: 'env' })).toEqual({ A: 'env' });
  await writeFile(file, 'A=file\nB=file\nC=file\n');
  expect(withEnvFile(file, { A: 'env', B: '', D: undefined })).toEqual({ A: 'env', B: 'file', C: 'file' });
});

test('what came from the file is known by name', async () => {
  const file = await scratch();
  expect(namesFromFile(file, { A: 'env' })).toEqual(new Set());
  await writeFile(file, 'A=file\nB=file\nC=file\nE=\n');
  expect(namesFromFile(file, { A: 'env', B: '', D: undefined })).toEqual(new Set(['B', 'C', 'E']));
});
