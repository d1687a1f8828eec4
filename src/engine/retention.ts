/** Forgets what is older than the operator wants it kept, in steps so small that nothing waits for them long. */
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  forgetDeliveries,
  forgetEffects,
  forgetEvents,
  forgetRun,
  forgettableRuns,
  forgetWordsOfRun,
  type Step,
} from '../store/retention.ts';
import type { Context } from './context.ts';

/** Rows in one step, which is one transaction; a delivery may have 25 MB, so fewer of those. */
const most = { rows: 200, deliveries: 20 };

export function keptDays({ keep }: { keep: number }): number {
  return Math.round(keep / 86_400_000);
}

export interface Retention {
  /** Takes one step. Returns whether there is more to look at. */
  step(): Promise<boolean>;
}

/** @param dropKept takes the kept work of a run away; false: not now */
export function createRetention(
  { db, log, now, settings }: Pick<Context, 'db' | 'log' | 'now' | 'settings'>,
  dropKept: (run: string) => Promise<boolean>,
): Retention {
  const walks = [forgetEvents, forgetEffects].map((forget) => ({ forget, at: 0, over: false }));
  let deliveries = true;
  let forgotten = 0;

  /** Of the first thing that is not over yet; undefined when all is. */
  const forgetSome = async (before: number): Promise<number | undefined> => {
    if (deliveries) {
      const gone = await forgetDeliveries(db, before, most.deliveries);
      deliveries = gone === most.deliveries;
      return gone;
    }
    const [run] = await forgettableRuns(db, before, 1);
    if (run !== undefined) return forgetSomeOf(run);
    const walk = walks.find(({ over }) => !over);
    if (!walk) return undefined;
    const taken: Step = await walk.forget(db, walk.at, before, most.rows);
    walk.at = taken.at ?? 0;
    walk.over = taken.at === undefined;
    return taken.forgotten;
  };

  const forgetSomeOf = async (run: string): Promise<number | undefined> => {
    const gone = await forgetWordsOfRun(db, run, most.rows);
    if (gone === most.rows) return gone;
    // Nothing is forgotten past it; the next hour has another try.
    if (!(await dropKept(run))) return undefined;
    await db.transaction().execute((tx) => forgetRun(tx, run));
    return gone + 1;
  };

  const beginAnew = (): void => {
    if (forgotten > 0) log.info({ rows: forgotten }, 'what was old enough was forgotten');
    forgotten = 0;
    deliveries = true;
    for (const walk of walks) walk.over = false;
  };

  return {
    step: async () => {
      const before = now() - settings.keep;
      const gone = await forgetSome(before);
      if (gone === undefined) {
        await forgetKeptWork(join(settings.dataDir, 'kept'), before);
        beginAnew();
        return false;
      }
      forgotten += gone;
      return true;
    },
  };
}

/** Work that could not be kept in its repository; people were told until when it is here. */
async function forgetKeptWork(folder: string, before: number): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const path = join(folder, name);
    const { mtimeMs } = await stat(path);
    if (mtimeMs < before) await rm(path, { force: true });
  }
}
