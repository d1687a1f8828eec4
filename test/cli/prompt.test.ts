/** `prlt prompt`: byte for byte what the agent was told, from a database that the service has open. */
import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { prompt } from '#src/cli/prompt.ts';
import { assignRun } from '#src/store/runs.ts';
import { scratchDir, scratchStore } from '../store/scratch.ts';

async function prlt(dir: string, ...args: string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const code = await prompt.run(args, {
    env: { PRLT_DATA_DIR: dir },
    out: (text) => out.push(text),
    err: (text) => err.push(text),
  });
  return { code, out: out.join(''), err: err.join('') };
}

test('the whole prompt is printed and nothing else', async () => {
  const dir = await scratchDir();
  const { db } = await scratchStore(dir);
  const text = `Zeile “eins”\n${'x'.repeat(70_000)}`;
  const hash = createHash('sha256').update(text).digest('hex');
  const assignment = { prompt: { text } } as never;
  await assignRun(
    db,
    { id: 'r1', item: 'i', epoch: 1, workspace: 'r1', assignment, spec: {} as never, deadline: 1 },
    1,
  );
  const { code, out } = await prlt(dir, 'r1');
  expect([code, createHash('sha256').update(out).digest('hex')]).toEqual([0, hash]);
  expect(await prlt(dir, 'r2')).toMatchObject({
    code: 1,
    out: '',
    err: expect.stringContaining('no run r2'),
  });
});

test('what is wrong is said', async () => {
  const dir = await scratchDir();
  expect(await prlt(dir, 'r1')).toMatchObject({ code: 1, err: expect.stringContaining('PRLT_DATA_DIR') });
  for (const args of [[], ['a', 'b'], ['--help']])
    expect(await prlt(dir, ...args)).toMatchObject({ code: 2, err: 'Usage: prlt prompt <run>\n' });
});
