/** Bodies of deliveries are compressed; those that lie there already stay as they came. */
import type { Kysely } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('deliveries').addColumn('encoding', 'text').execute();
}
