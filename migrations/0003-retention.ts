/** Finding what is old enough to be forgotten, without reading everything that is not. */
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create index deliveries_settled on deliveries (received_at) where state <> 'pending'`.execute(db);
  await sql`create index runs_over on runs (heard_at) where state = 'over'`.execute(db);
}
