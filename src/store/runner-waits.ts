/** Runners whose provider takes no calls now: nothing starts for them until then, but for one that sees whether it is over. */
import type { Executor } from './open.ts';

export interface StoredWait {
  runner: string;
  reason: 'auth' | 'quota';
  sentence: string;
  /** Milliseconds since the epoch. */
  since: number;
  until: number;
}

/** First pause and longest one, milliseconds; each further refusal doubles it. */
const pauses = { first: 300_000, longest: 1_800_000 };

/** Returns whether it is news. */
export async function runnerRefused(
  db: Executor,
  { runner, reason, sentence }: Pick<StoredWait, 'runner' | 'reason' | 'sentence'>,
  now: number,
): Promise<boolean> {
  const known = await db
    .selectFrom('runner_waits')
    .select(['reason', 'since', 'until', 'tries'])
    .where('runner', '=', runner)
    .executeTakeFirst();
  // Runs that were under way together tell the same thing once.
  const tries = known && known.until > now ? known.tries : (known?.tries ?? -1) + 1;
  const news = known?.reason !== reason;
  const since = news ? now : known.since;
  const until = now + Math.min(pauses.first * 2 ** tries, pauses.longest);
  await db
    .insertInto('runner_waits')
    .values({ runner, reason, sentence, since, until, tries })
    .onConflict((oc) => oc.column('runner').doUpdateSet({ reason, sentence, since, until, tries }))
    .execute();
  return news;
}

export async function runnerWorks(db: Executor, runner: string): Promise<void> {
  await db.deleteFrom('runner_waits').where('runner', '=', runner).execute();
}

/** One item is let through; the others wait for what becomes of it. */
export async function runnerIsTried(db: Executor, runner: string, now: number): Promise<void> {
  await db
    .updateTable('runner_waits')
    .set({ until: now + pauses.first })
    .where('runner', '=', runner)
    .where('until', '<=', now)
    .execute();
}

export async function runnerWaits(db: Executor): Promise<StoredWait[]> {
  return db.selectFrom('runner_waits').select(['runner', 'reason', 'sentence', 'since', 'until']).execute();
}

/** Those that wait for the operator, the longest first. */
export async function refusedKeys(db: Executor): Promise<Pick<StoredWait, 'sentence' | 'since'>[]> {
  return db
    .selectFrom('runner_waits')
    .select(['sentence', 'since'])
    .where('reason', '=', 'auth')
    .orderBy('since')
    .execute();
}
