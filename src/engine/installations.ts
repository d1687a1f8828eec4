/** Asks whether the installations that have runs are still ours: the webhook that says otherwise can be lost. */
import type { Loss } from '../core/signal.ts';
import { githubFailure } from '../github/failures.ts';
import { stateOfInstallation } from '../github/installations.ts';
import { installationsWithRuns } from '../store/repos.ts';
import { installation as lossOf } from '../webhooks/installation.ts';
import type { Context } from './context.ts';
import type { Intake } from './intake.ts';

const actions = { suspended: 'suspend', gone: 'deleted' };

/** One request for each; none when nothing runs. What GitHub does not say now is asked the next time. */
export async function watchInstallations(context: Context, intake: Intake): Promise<void> {
  for (const id of await installationsWithRuns(context.db)) {
    const losses = await lossesOf(context, id);
    if (losses.length === 0) continue;
    context.log.info({ installation: id }, 'an installation with runs was suspended or removed');
    await intake.lost(`installation/${id}/${context.now()}`, losses);
  }
}

/** As the webhook would have it. */
async function lossesOf(context: Context, id: number): Promise<Loss[]> {
  try {
    const state = await stateOfInstallation(await context.authenticate(), id);
    return state === 'active' ? [] : lossOf({ action: actions[state], installation: { id } });
  } catch (error) {
    const reason = githubFailure(error)?.reason;
    context.log.warn(
      { installation: id, ...(reason ? { reason } : { err: error }) },
      'GitHub does not say what became of an installation; it is asked again',
    );
    return [];
  }
}
