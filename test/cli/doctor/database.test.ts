/** What the doctor reads in a database that the service has open. */
import { expect, test } from 'vitest';
import { checkDatabase } from '#src/cli/doctor/database.ts';
import { runnerRefused, runnerWorks } from '#src/store/runner-waits.ts';
import { scratchDir, scratchStore } from '../../store/scratch.ts';

test('a key that is refused is named until its runner works again; a quota mends itself', async () => {
  const dir = await scratchDir();
  const { db } = await scratchStore(dir);
  const said = () => checkDatabase(dir).filter(({ check }) => check === 'models');
  await runnerRefused(db, { runner: 'codex', reason: 'quota', sentence: 'No quota.' }, 0);
  expect(said()).toEqual([]);
  await runnerRefused(db, { runner: 'claude', reason: 'auth', sentence: 'No key.' }, Date.UTC(2026, 10, 21));
  expect(said()).toEqual([
    {
      check: 'models',
      state: 'weak',
      says: 'No key. The work of this runner waits since 2026-11-21T00:00:00.000Z.',
      todo: expect.stringContaining('Give it a key that the provider takes'),
    },
  ]);
  await runnerWorks(db, 'claude');
  expect(said()).toEqual([]);
});
