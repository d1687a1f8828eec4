/** Where people are told to raise a limit: in the file, unless the operator's ceiling is what binds. */
import { expect, test } from 'vitest';
import { outOfMemory, overLimit } from '#src/core/decide/failures.ts';
import { aPolicy } from '#test/support/builders.ts';

const ceilings = {
  run: 'PRLT_MAX_RUN',
  setup: 'PRLT_MAX_RUN',
  memory: 'PRLT_MAX_MEMORY',
  'spend.run': 'PRLT_MAX_SPEND_RUN',
  'spend.day': 'PRLT_MAX_SPEND_DAY',
};
const own = aPolicy();
const narrowed = aPolicy({ ceilings });

test.each([
  ['limits.run', 'PRLT_MAX_RUN', overLimit('run', own), overLimit('run', narrowed)],
  ['limits.memory', 'PRLT_MAX_MEMORY', outOfMemory(own), outOfMemory(narrowed)],
  ['limits.spend.day', 'PRLT_MAX_SPEND_DAY', overLimit('spend_day', own), overLimit('spend_day', narrowed)],
  ['limits.spend.run', 'PRLT_MAX_SPEND_RUN', overLimit('spend', own), overLimit('spend', narrowed)],
])('%s, or %s', (limit, setting, inFile, atOperator) => {
  expect(inFile.todo).toContain(`raise ${limit} in .github/prlt.yml`);
  expect(inFile.todo).not.toContain(setting);
  expect(atOperator.todo).toContain(`have the operator of the service raise ${setting}`);
  expect(atOperator.todo).not.toContain('.github/prlt.yml');
});
