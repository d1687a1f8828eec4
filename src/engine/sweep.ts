/** Removes what nobody owns any more: workspaces, hand-overs and mirrors' piled-up packs. Every so often. */
import { holdsSeat, type Item } from '../core/item.ts';
import { hasOpenEffects } from '../store/effects.ts';
import { pendingEvents } from '../store/events.ts';
import { itemById } from '../store/items.ts';
import { runById } from '../store/runs.ts';
import { closeSpending, openReservations } from '../store/spending.ts';
import type { Context } from './context.ts';
import { isComing } from './start.ts';

export async function sweep(context: Context): Promise<void> {
  const { runtime, handover, mirrors, log } = context;
  for (const workspace of await runtime.workspaces()) {
    if (await isWanted(context, workspace)) continue;
    log.info({ workspace }, 'removing a workspace that no item owns');
    await runtime.removeWorkspace(workspace);
  }
  await runtime.tidy();
  for (const run of await handover.runs()) {
    if (await isAtWork(context, run)) continue;
    log.info({ run }, 'removing what a run handed over');
    await handover.discard(run);
  }
  for (const id of await mirrors.ids()) await mirrors.maintain(id);
  await freeReservations(context);
}

/** A seat may be given and not taken: its money is free again. */
async function freeReservations({ db }: Context): Promise<void> {
  for (const { run, item } of await openReservations(db)) {
    if ((await pendingEvents(db, item)).length > 0 || (await itemById(db, item))?.run?.id === run) continue;
    await closeSpending(db, run);
  }
}

/** What a run handed over is of use until it is published or kept; both are effects of its item. */
async function isAtWork(context: Context, run: string): Promise<boolean> {
  const row = await runById(context.db, run);
  return row !== undefined && (row.state !== 'over' || (await hasOpenEffects(context.db, row.item)));
}

/**
 * A workspace, named after the run that had it first, is wanted while one works in it or is to go on in it, and while its
 * change is under review.
 */
async function isWanted(context: Context, workspace: string): Promise<boolean> {
  if (await isAtWork(context, workspace)) return true;
  const row = await runById(context.db, workspace);
  if (!row) return isComing(context.db, workspace);
  const item = await itemById(context.db, row.item);
  if (!item) return false;
  if (item.continuation?.workspace === workspace) return true;
  return item.run?.workspace === workspace && (holdsSeat(item) || isInReview(item));
}

function isInReview(item: Item): boolean {
  return item.change !== undefined && (item.change.pull?.state ?? 'open') === 'open' && !item.outcome;
}
