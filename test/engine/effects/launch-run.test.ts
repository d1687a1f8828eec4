/** Launching a run that an earlier life of the service has recorded. */
import { expect, test } from 'vitest';
import { launchRun } from '#src/engine/effects/launch-run.ts';
import { assignRun } from '#src/store/runs.ts';
import { itemAt } from '../../core/story.ts';
import { scratchContext } from '../scratch.ts';

const checkout = { branch: 'GH-1/feat/x', start: 'a', base: { branch: 'main', sha: 'a' }, origin: 'o' };

test('what people are told about the run outlives the life that prepared it', async () => {
  const launched: string[] = [];
  const { context } = await scratchContext({
    mirrors: { path: () => '/mirror' } as never,
    gateway: { open: async () => ({ dir: '/s' }) } as never,
    runtime: {
      launch: async ({ run }: { run: string }) => {
        launched.push(run);
        return { kind: 'launched' };
      },
    } as never,
  });
  const item = itemAt('claimed');
  const run = item.run?.id ?? '';
  const limits = { memory: 1, cpus: 1, pids: 1, stall: 1, disk: 1 };
  const spec = { image: 'i', limits, notes: ['Left out of the prompt: 1 comment.'] };
  const row = { id: run, item: item.id, epoch: 1, workspace: run, deadline: 9, spec };
  await assignRun(context.db, { ...row, assignment: { checkout } as never }, 1);

  const job = { item, again: true, attempts: 1, receipt: undefined, signal: new AbortController().signal };
  const outcome = await launchRun(context, { ...job, effect: { kind: 'launch-run', run } });

  expect(launched).toEqual([run]);
  expect(outcome).toMatchObject({
    kind: 'done',
    events: [{ type: 'run_launched', run, branch: checkout.branch, notes: spec.notes }],
  });
});
