/** Removes what a run leaves: container and socket; the workspace too when nobody continues it. */
import { setRunState } from '../../store/runs.ts';
import type { Executor } from '../executor.ts';

export const cleanRun: Executor<'clean-run'> = async (context, { effect }) => {
  const { run, workspace } = effect;
  await context.runtime.stop(run);
  await context.runtime.remove(run);
  await context.gateway.close(run);
  await setRunState(context.db, run, 'over');
  if (workspace !== undefined) await context.runtime.removeWorkspace(workspace);
  return { kind: 'done' };
};
