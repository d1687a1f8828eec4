/** Steps under way, so that one under which the process dies again and again is known and set aside. */
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('steps')
    .addColumn('step', 'text', (c) => c.primaryKey())
    .addColumn('item', 'text')
    .addColumn('begun', 'integer', (c) => c.notNull().defaultTo(0))
    .addColumn('alone', 'integer', (c) => c.notNull().defaultTo(0))
    .addColumn('deaths', 'integer', (c) => c.notNull().defaultTo(0))
    .addColumn('reason', 'text')
    .addColumn('parked_at', 'integer')
    .execute();
  await sql`create index steps_parked on steps (parked_at) where parked_at is not null`.execute(db);
}
