/** Cleaning up after a run: what it handed over goes, unless it is still to be kept. */
import { expect, test } from 'vitest';
import { type EffectBody, effect } from '#src/core/effect.ts';
import { cleanRun } from '#src/engine/effects/clean-run.ts';
import { intend } from '#src/store/effects.ts';
import { saveItem } from '#src/store/items.ts';
import { itemAt } from '../../core/story.ts';
import { scratchContext } from '../scratch.ts';

const item = itemAt('working');
const run = item.run?.id ?? '';
const work = { head: 'h', start: 's', base: 'b', branch: 'x', ref: 'refs/prlt/GH-1/1.1' };

/** What is done, in order. */
async function cleaning(workspace: string | undefined, ...open: EffectBody[]): Promise<string[]> {
  const done: string[] = [];
  const note = (what: string) => async (name: string) => void done.push(`${what} ${name}`);
  const { context } = await scratchContext({
    runtime: { stop: note('stop'), remove: note('remove'), removeWorkspace: note('workspace') } as never,
    gateway: { close: note('close') } as never,
    handover: { discard: note('discard') } as never,
  });
  await saveItem(context.db, item, 0);
  await intend(
    context.db,
    item.id,
    open.map((body) => effect(item, body)),
    0,
  );
  const job = { item, again: false, attempts: 0, receipt: undefined, signal: new AbortController().signal };
  const body = { kind: 'clean-run' as const, run, ...(workspace === undefined ? {} : { workspace }) };
  expect(await cleanRun(context, { ...job, effect: body })).toEqual({ kind: 'done' });
  return done;
}

const container = [`stop ${run}`, `remove ${run}`, `close ${run}`];

test('a run that was lost after it handed over leaves nothing', async () => {
  expect(await cleaning('w', { kind: 'status-comment' })).toEqual([
    ...container,
    'workspace w',
    `discard ${run}`,
  ]);
});

test('work that is still to be kept stays for whoever keeps it', async () => {
  expect(await cleaning('w', { kind: 'keep-work', run, work })).toEqual([...container, 'workspace w']);
});

test('a run that is being published keeps its workspace and what it handed over', async () => {
  expect(await cleaning(undefined)).toEqual(container);
});
