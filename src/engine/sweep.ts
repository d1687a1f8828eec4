/** Removes what nobody owns any more: workspaces, hand-overs, old deliveries and mirrors' piled-up packs. Every so often. */
import { holdsSeat, type Item } from '../core/item.ts';
import { forgetDeliveries } from '../store/deliveries.ts';
import { hasOpenEffects } from '../store/effects.ts';
import { itemById } from '../store/items.ts';
import { runById } from '../store/runs.ts';
import type { Context } from './context.ts';

/** How long deliveries that were dealt with are remembered, milliseconds. */
const deliveriesKept = 14 * 24 * 3_600_000;

export async function sweep(context: Context): Promise<void> {
  const { runtime, handover, mirrors, log } = context;
  for (const workspace of await runtime.workspaces()) {
    if (await isWanted(context, workspace)) continue;
    log.info({ workspace }, 'removing a workspace that no item owns');
    await runtime.removeWorkspace(workspace);
  }
  for (const run of await handover.runs()) {
    if (await isAtWork(context, run)) continue;
    log.info({ run }, 'removing what a run handed over');
    await handover.discard(run);
  }
  for (const id of await mirrors.ids()) await mirrors.maintain(id);
  await forgetDeliveries(context.db, context.now() - deliveriesKept);
}

/** What a run handed over is of use until it is published or kept; both are effects of its item. */
async function isAtWork(context: Context, run: string): Promise<boolean> {
  const row = await runById(context.db, run);
  return row !== undefined && (row.state !== 'over' || (await hasOpenEffects(context.db, row.item)));
}

/** A run's workspace, named after it, is wanted while it works and while its change is under review. */
async function isWanted(context: Context, run: string): Promise<boolean> {
  if (await isAtWork(context, run)) return true;
  const row = await runById(context.db, run);
  const item = row && (await itemById(context.db, row.item));
  return item?.run?.id === run && (holdsSeat(item) || isInReview(item));
}

function isInReview(item: Item): boolean {
  return item.change !== undefined && (item.change.pull?.state ?? 'open') === 'open' && !item.outcome;
}
