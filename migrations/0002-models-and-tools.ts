/** What runs spend on models, what their agents said through tools, and which runners have to wait. */
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('model_calls')
    .addColumn('id', 'integer', (c) => c.primaryKey().autoIncrement())
    .addColumn('run', 'text', (c) => c.notNull())
    .addColumn('repo', 'integer', (c) => c.notNull())
    .addColumn('day', 'text', (c) => c.notNull())
    .addColumn('at', 'integer', (c) => c.notNull())
    .addColumn('provider', 'text', (c) => c.notNull())
    .addColumn('model', 'text', (c) => c.notNull())
    .addColumn('status', 'integer', (c) => c.notNull())
    .addColumn('broken', 'text')
    .addColumn('error_type', 'text')
    .addColumn('input', 'integer', (c) => c.notNull().defaultTo(0))
    .addColumn('output', 'integer', (c) => c.notNull().defaultTo(0))
    .addColumn('cache_read', 'integer', (c) => c.notNull().defaultTo(0))
    .addColumn('cache_write', 'integer', (c) => c.notNull().defaultTo(0))
    .addColumn('cost', 'integer', (c) => c.notNull().defaultTo(0))
    .addColumn('estimated', 'integer', (c) => c.notNull().defaultTo(0))
    .execute();
  await sql`create index model_calls_run on model_calls (run, id)`.execute(db);
  await sql`create index model_calls_day on model_calls (repo, day, cost)`.execute(db);

  await db.schema
    .createTable('run_spend')
    .addColumn('run', 'text', (c) => c.primaryKey())
    .addColumn('item', 'text', (c) => c.notNull())
    .addColumn('repo', 'integer', (c) => c.notNull())
    .addColumn('agent', 'text', (c) => c.notNull())
    .addColumn('day', 'text', (c) => c.notNull())
    .addColumn('cap', 'integer', (c) => c.notNull())
    .addColumn('spent', 'integer', (c) => c.notNull().defaultTo(0))
    .addColumn('calls', 'integer', (c) => c.notNull().defaultTo(0))
    .addColumn('settled', 'integer', (c) => c.notNull().defaultTo(0))
    .execute();
  await sql`create index run_spend_open on run_spend (repo) where settled = 0`.execute(db);
  await sql`create index run_spend_item on run_spend (item)`.execute(db);

  await db.schema
    .createTable('tool_calls')
    .addColumn('id', 'integer', (c) => c.primaryKey().autoIncrement())
    .addColumn('run', 'text', (c) => c.notNull())
    .addColumn('tool', 'text', (c) => c.notNull())
    .addColumn('at', 'integer', (c) => c.notNull())
    .addColumn('body', 'text', (c) => c.notNull())
    .execute();
  await sql`create index tool_calls_run on tool_calls (run, id)`.execute(db);

  await db.schema
    .createTable('refused_hosts')
    .addColumn('run', 'text', (c) => c.notNull())
    .addColumn('host', 'text', (c) => c.notNull())
    .addColumn('reason', 'text', (c) => c.notNull())
    .addColumn('times', 'integer', (c) => c.notNull().defaultTo(1))
    .addColumn('at', 'integer', (c) => c.notNull())
    .addPrimaryKeyConstraint('refused_hosts_key', ['run', 'host'])
    .execute();

  await db.schema
    .createTable('runner_waits')
    .addColumn('runner', 'text', (c) => c.primaryKey())
    .addColumn('reason', 'text', (c) => c.notNull())
    .addColumn('sentence', 'text', (c) => c.notNull())
    .addColumn('since', 'integer', (c) => c.notNull())
    .addColumn('until', 'integer', (c) => c.notNull())
    .addColumn('tries', 'integer', (c) => c.notNull().defaultTo(0))
    .execute();
}
