/** Ends a run: asks the shim first, so that work is kept, then ends the container. Done only when it is confirmed. */
import { setTimeout as sleep } from 'node:timers/promises';
import { addMessage, runById } from '../../store/runs.ts';
import type { Context } from '../context.ts';
import { endOf, messagesFor } from '../desk.ts';
import type { Executor } from '../executor.ts';

/** How long a shim may take to end the agent and hand over what there is, milliseconds. */
const grace = 30_000;

export const stopRun: Executor<'stop-run'> = async (context, { effect, signal }) => {
  const { run, reason } = effect;
  const row = await runById(context.db, run);
  if (row?.state === 'live') {
    await context.db
      .transaction()
      .execute((tx) => addMessage(tx, run, `${run}/cancel`, { type: 'cancel', reason }));
    context.bell.ring(messagesFor(run));
    await ended(context, run, signal);
  }
  await context.runtime.stop(run);
  const after = await runById(context.db, run);
  if (after?.state === 'finished') return { kind: 'done' };
  return { kind: 'done', events: [{ type: 'run_lost', run, cause: 'killed' }] };
};

/** Resolves when the shim has said its last word, the grace is over or the service stops. */
async function ended({ bell, db }: Context, run: string, signal: AbortSignal): Promise<void> {
  const done = new AbortController();
  const either = AbortSignal.any([done.signal, signal]);
  const rung = (async () => {
    for await (const _ of bell.rings(endOf(run), either)) {
      if ((await runById(db, run))?.state !== 'live') return;
    }
  })();
  const timeUp = sleep(grace, undefined, { signal: either });
  await Promise.race([rung, timeUp]).catch(() => undefined);
  done.abort();
  await Promise.allSettled([rung, timeUp]);
}
