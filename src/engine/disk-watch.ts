/** Ends runs whose workspace has outgrown `limits.disk`. Counting costs time, so it takes at most a thirtieth of it. */
import { addEvents } from '../store/events.ts';
import { openRuns } from '../store/runs.ts';
import type { Context } from './context.ts';

/** Least pause between two looks, milliseconds. */
const leastPause = 5_000;
const share = 30;

/** One look, while runs are alive. Returns when to look again, milliseconds since the epoch. */
export async function watchDisk(context: Context): Promise<number> {
  const { db, runtime, log, now } = context;
  const live = (await openRuns(db)).filter((run) => run.state === 'live');
  if (live.length === 0) return now() + leastPause;
  const begun = now();
  try {
    const usage = await runtime.usage();
    const over = live.filter((run) => (usage.get(run.workspace) ?? 0) > run.spec.limits.disk);
    const events = over.map((run) => ({
      id: `run/${run.id}/over/disk`,
      item: run.item,
      event: { type: 'run_over_limit' as const, run: run.id, limit: 'disk' as const },
    }));
    await addEvents(db, events, now());
    if (events.length > 0) context.wake();
  } catch (error) {
    log.warn({ err: error }, 'the runtime does not say how much disk the runs take');
  }
  return now() + Math.max(leastPause, (now() - begun) * share);
}
