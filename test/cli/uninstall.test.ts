/** `prlt uninstall` before it asks the engine; what it does there is in test/runtimes/docker/belongings.test.ts. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { uninstall } from '#src/cli/uninstall.ts';
import { metaValue } from '#src/store/meta.ts';
import { scratchDir, scratchStore } from '../store/scratch.ts';

async function prlt(dir: string, ...args: string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const code = await uninstall.run(args, {
    env: { PRLT_DATA_DIR: dir },
    out: (text) => out.push(text),
    err: (text) => err.push(text),
  });
  return { code, out: out.join(''), err: err.join('') };
}

test.each([{ args: [] }, { args: ['--yes'] }])(
  'is refused while the service runs: $args',
  async ({ args }) => {
    const dir = await scratchDir();
    const { db } = await scratchStore(dir);
    await metaValue(db, 'installation', () => 'running');
    expect(await prlt(dir, ...args)).toEqual({
      code: 1,
      out: '',
      err: expect.stringContaining(`Another prlt process uses ${dir}. Stop it first`),
    });
  },
);

test('an engine that does not answer is no empty one', async () => {
  const dir = await scratchDir();
  const { db, close } = await scratchStore(dir);
  await metaValue(db, 'installation', () => 'stopped');
  await close();
  vi.stubEnv('DOCKER_HOST', `unix://${dir}/no.sock`);
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  expect(await prlt(dir, '--yes')).toEqual({
    code: 1,
    out: '',
    err: expect.stringMatching(/could not list containers: .*Nothing was removed: start the engine/),
  });
});

test('what is wrong is said, and nothing is guessed', async () => {
  const dir = await scratchDir();
  expect(await prlt(dir, '--yes')).toMatchObject({ code: 1, err: expect.stringContaining('PRLT_DATA_DIR') });
  const { close } = await scratchStore(dir);
  await close();
  expect(await prlt(dir, '--yes')).toMatchObject({ code: 1, err: expect.stringContaining('never started') });
  await writeFile(join(dir, 'prlt.db'), 'not a database, and long enough to be looked at'.repeat(100));
  expect(await prlt(dir, '--yes')).toMatchObject({ code: 1, err: expect.stringContaining('cannot be read') });
  for (const args of [['--no'], ['--yes', 'all'], ['all']])
    expect(await prlt(dir, ...args)).toMatchObject({ code: 2, err: 'Usage: prlt uninstall [--yes]\n' });
});
