/** What a container that is not alive any more tells of its run. */
import { expect, test } from 'vitest';
import { lossOf } from '#src/engine/loss.ts';
import type { ObservedRun } from '#src/runtimes/runtime.ts';

const over = (exitCode?: number, oomKilled = false): ObservedRun => ({
  run: 'run1',
  epoch: 1,
  state: 'exited',
  oomKilled,
  ...(exitCode === undefined ? {} : { exitCode }),
});

test.each([1, 125, 126, 127])('an exit code of %i before a first word is the fault of the image', (code) => {
  expect(lossOf({ id: 'run1', lastSeq: 0 }, over(code))).toEqual({
    type: 'launch_failed',
    run: 'run1',
    again: false,
    failure: {
      code: 'SESSION_SPAWN_FAILED',
      sentence: `The container ended with exit code ${code} before the agent could start.`,
      todo: expect.stringContaining('npm run runners:build'),
    },
  });
});

const losses: [string, number, ObservedRun | undefined, object][] = [
  ['that is not there', 0, undefined, { cause: 'gone' }],
  ['that spoke and ended with 127', 3, over(127), { cause: 'killed', exitCode: 127 }],
  ['that was killed before a first word', 0, over(137), { cause: 'killed', exitCode: 137 }],
  ['that was told to end before a first word', 0, over(143), { cause: 'killed', exitCode: 143 }],
  ['that ended well without a last word', 0, over(0), { cause: 'killed', exitCode: 0 }],
  ['that ended unseen', 0, over(), { cause: 'killed' }],
  ['that needed too much memory', 0, over(1, true), { cause: 'oom', exitCode: 1 }],
];
test.each(losses)('a container %s is a loss', (_, lastSeq, seen, loss) => {
  expect(lossOf({ id: 'run1', lastSeq }, seen)).toEqual({ type: 'run_lost', run: 'run1', ...loss });
});
