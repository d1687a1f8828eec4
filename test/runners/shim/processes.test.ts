/** Which processes are the agent's, and that none of them survives. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { findProcesses, killAll } from '#runners/shim/processes.ts';

/** Not a living process's number, so that nothing is a descendant of it and nothing is spared for it. */
const nobody = 2 ** 22 + 1;

it('ends what carries the mark, in any session and while it goes on forking, and nothing else', async () => {
  const value = `run-${process.pid}`;
  const env = { PATH: process.env['PATH'], PRLT_TEST_MARK: value };
  const scope = { kind: 'marked', name: 'PRLT_TEST_MARK', value } as const;
  const other = spawn('sleep', ['30'], { env: { PATH: env.PATH, PRLT_TEST_MARK: `${value}0` } });
  spawn('sh', ['-c', 'setsid sh -c "while :; do sleep 30 & sleep 0.01; done"'], { env, stdio: 'ignore' });
  await sleep(300);
  expect(findProcesses(scope, nobody).length).toBeGreaterThan(3);
  expect(await killAll(scope, nobody)).toBeGreaterThan(3);
  await sleep(100);
  expect(findProcesses(scope, nobody)).toEqual([]);
  expect(readFileSync(`/proc/${other.pid}/stat`, 'utf8')).toContain(') S ');
  other.kill();
});

it('spares itself and what it comes from', () => {
  const found = findProcesses({ kind: 'everything' });
  expect(found).not.toContain(process.pid);
  expect(found).not.toContain(process.ppid);
  expect(found).not.toContain(1);
});
