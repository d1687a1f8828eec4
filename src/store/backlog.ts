/** How much is under way and waits, for who watches the service. */
import { sql } from 'kysely';
import type { Executor } from './open.ts';

export interface Backlog {
  /** Runs that are not over. */
  runs: number;
  /** Items that wait for a seat. */
  queue: number;
  deliveries: number;
  effects: number;
}

export async function backlog(db: Executor): Promise<Backlog> {
  const { rows } = await sql<Backlog>`select
    (select count(*) from runs where state <> 'over') as runs,
    (select count(*) from items where queued = 1) as queue,
    (select count(*) from deliveries where state = 'pending') as deliveries,
    (select count(*) from effects where state in ('intended', 'sent')) as effects`.execute(db);
  return rows[0] ?? { runs: 0, queue: 0, deliveries: 0, effects: 0 };
}
