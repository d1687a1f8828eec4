/** Removes what a run leaves: container and socket; when nobody continues it, workspace and what it handed over too. */
import { hasOpenEffects } from '../../store/effects.ts';
import { setRunState } from '../../store/runs.ts';
import { closeSpending } from '../../store/spending.ts';
import type { Executor } from '../executor.ts';

export const cleanRun: Executor<'clean-run'> = async (context, { effect, item }) => {
  const { run, workspace } = effect;
  await context.runtime.stop(run);
  await context.runtime.remove(run);
  await context.gateway.close(run);
  await setRunState(context.db, run, 'over');
  await closeSpending(context.db, run);
  if (workspace === undefined) return { kind: 'done' };
  await context.runtime.removeWorkspace(workspace);
  // A run that was lost may have handed over before; what is still to be kept is discarded by whoever keeps it.
  if (!(await hasOpenEffects(context.db, item.id, 'keep-work'))) await context.handover.discard(run);
  return { kind: 'done' };
};
