/** A second prlt on a data directory that is in use: it says so and ends, and the first one works on. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ask, ended } from '#test/support/company.ts';
import { serviceEnvironment } from '#test/support/prlt.ts';
import { repo, type Stage, setStage } from '#test/support/scenario.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await setStage({ agent: 'echo change > change.txt\n', runtime: 'host' });
});
afterAll(async () => {
  expect(stage.github.contractViolations).toEqual([]);
  await stage.close();
});

/** Starts another service on the directory of the first; resolves with what became of it. */
async function second(): Promise<{ code: number; said: string }> {
  const { github, prlt } = stage;
  const child = spawn(process.execPath, ['src/main.ts'], {
    cwd: join(import.meta.dirname, '../../..'),
    env: { ...serviceEnvironment(github, prlt.dataDir, 'host'), PORT: '0' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const [said, [code]] = await Promise.all([text(child.stderr), once(child, 'exit') as Promise<[number]>]);
  return { code, said };
}

it('refuses the directory in a sentence, and takes it over once the first was killed', async () => {
  const { prlt, github } = stage;
  const refused = await second();
  expect(refused.code).toBe(1);
  expect(refused.said).toContain(`Another prlt process uses ${prlt.dataDir}. Stop it first`);

  const issue = ask(stage, repo, 'Change it');
  await ended(stage, repo, issue, 'agent:review');
  expect(github.pulls(repo)).toHaveLength(1);

  await prlt.end('SIGKILL');
  await prlt.start();
  expect((await second()).code).toBe(1);
});
