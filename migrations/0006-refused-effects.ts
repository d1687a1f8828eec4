/** Effects that were refused for want of a permission are looked for when they may be tried again. */
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create index effects_refused on effects (not_before) where state = 'dropped' and not_before > 0`.execute(
    db,
  );
}
