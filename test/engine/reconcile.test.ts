/** Containers and workspaces that no run owns go; those of a launch that is under way do not. */
import { expect, test } from 'vitest';
import { effect } from '#src/core/effect.ts';
import { reconcile } from '#src/engine/reconcile.ts';
import { sweep } from '#src/engine/sweep.ts';
import { intend } from '#src/store/effects.ts';
import { saveItem } from '#src/store/items.ts';
import { itemAt } from '../core/story.ts';
import { scratchContext } from './scratch.ts';

const item = itemAt('claimed');
const run = item.run?.id ?? '';

/** What is done to a container and its workspace that the store has no run of. */
async function removed(launching: boolean): Promise<string[]> {
  const done: string[] = [];
  const note = (what: string) => async (name: string) => void done.push(`${what} ${name}`);
  const { context } = await scratchContext({
    runtime: {
      observe: async () => [{ run, epoch: 1, state: 'running' }],
      workspaces: async () => [run],
      tidy: async () => {},
      stop: note('stop'),
      remove: note('remove'),
      removeWorkspace: note('workspace'),
    } as never,
    handover: { runs: async () => [] } as never,
    mirrors: { ids: async () => [] } as never,
  });
  await saveItem(context.db, item, 0);
  if (launching) await intend(context.db, item.id, [effect(item, { kind: 'launch-run', run })], 0);
  await reconcile(context, 0);
  await sweep(context);
  return done;
}

test('what no run owns is removed', async () => {
  expect(await removed(false)).toEqual([`stop ${run}`, `remove ${run}`, `workspace ${run}`]);
});

test('what a launch has begun is left to it', async () => {
  expect(await removed(true)).toEqual([]);
});
