/** Compares what the store believes with what the runtime has, and repairs both ways. Live evidence beats records. */
import type { ItemEvent } from '../core/event.ts';
import { holdsSeat } from '../core/item.ts';
import type { ObservedRun } from '../runtimes/runtime.ts';
import { addEvents } from '../store/events.ts';
import { itemById } from '../store/items.ts';
import { openRuns, type RunRow, runById } from '../store/runs.ts';
import type { Context } from './context.ts';
import { lossOf } from './loss.ts';
import { isComing } from './start.ts';

/**
 * Returns whether runs are under way that need looking at again soon.
 * @param startedAt when this process began to listen: silence before that is not the agent's
 */
export async function reconcile(context: Context, startedAt: number): Promise<boolean> {
  // Read before looking: a run that is launched while we look is not missed, it is not yet expected.
  const open = await openRuns(context.db);
  const expected: RunRow[] = [];
  for (const run of open) if (await isLaunched(context, run)) expected.push(run);
  let observed: ObservedRun[];
  try {
    observed = await context.runtime.observe();
  } catch (error) {
    context.log.warn({ err: error }, 'the runtime does not say which runs are alive');
    return open.length > 0;
  }
  const seen = new Map(observed.map((one) => [one.run, one]));
  for (const run of expected) await compare(context, run, seen.get(run.id), startedAt);
  await removeStrays(context, observed);
  return open.length > 0;
}

/** While a run is claimed its launch is still under way; one that was told to stop has an executor of its own. */
async function isLaunched(context: Context, run: RunRow): Promise<boolean> {
  const item = run.state === 'live' ? await itemById(context.db, run.item) : undefined;
  return item?.run?.id === run.id && holdsSeat(item) && item.run.phase !== 'claimed' && !item.run.stopping;
}

async function compare(
  context: Context,
  run: RunRow,
  seen: ObservedRun | undefined,
  startedAt: number,
): Promise<void> {
  // Read after looking: a shim says its last word before its container ends.
  const row = await runById(context.db, run.id);
  if (row?.state !== 'live') return;
  if (!seen || seen.state === 'exited') return report(context, run, lossOf(row, seen), 'lost');
  // A step may be quiet for as long as set-up may take; that has a limit of its own.
  const settingUp =
    row.assignment.setup.length > 0 && (await itemById(context.db, row.item))?.run?.phase === 'launched';
  const silent = context.now() - Math.max(row.heardAt, startedAt);
  const patience = row.spec.limits.stall + (settingUp ? row.assignment.limits.setupMs : 0);
  const limit = context.now() > row.deadline ? 'run' : silent > patience ? 'stall' : undefined;
  if (limit) await report(context, run, { type: 'run_over_limit', run: run.id, limit }, `over/${limit}`);
}

async function report(context: Context, run: RunRow, event: ItemEvent, what: string): Promise<void> {
  await addEvents(context.db, [{ id: `run/${run.id}/${what}`, item: run.item, event }], context.now());
  context.wake();
}

/** Containers that no open run owns: left by a crash between two steps, or by an older backup. */
async function removeStrays(context: Context, observed: ObservedRun[]): Promise<void> {
  for (const { run } of observed) {
    const row = await runById(context.db, run);
    // One that is being launched may have its container first, and be recorded then.
    if (row ? row.state !== 'over' : await isComing(context.db, run)) continue;
    context.log.info({ run }, 'removing a container that no run owns');
    await context.runtime.stop(run);
    await context.runtime.remove(run);
  }
}
