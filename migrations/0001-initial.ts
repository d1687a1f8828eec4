/** The first schema: deliveries in, items and events inside, effects out, and what runs leave behind. */
import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('meta')
    .addColumn('name', 'text', (c) => c.primaryKey())
    .addColumn('value', 'text', (c) => c.notNull())
    .execute();

  await db.schema
    .createTable('deliveries')
    .addColumn('seq', 'integer', (c) => c.primaryKey().autoIncrement())
    .addColumn('guid', 'text', (c) => c.notNull().unique())
    .addColumn('source', 'text', (c) => c.notNull())
    .addColumn('event', 'text', (c) => c.notNull())
    .addColumn('body', 'blob', (c) => c.notNull())
    .addColumn('received_at', 'integer', (c) => c.notNull())
    .addColumn('state', 'text', (c) => c.notNull().defaultTo('pending'))
    .addColumn('attempts', 'integer', (c) => c.notNull().defaultTo(0))
    .addColumn('not_before', 'integer', (c) => c.notNull().defaultTo(0))
    .addColumn('error', 'text')
    .execute();
  await sql`create index deliveries_pending on deliveries (received_at, seq) where state = 'pending'`.execute(
    db,
  );

  await db.schema
    .createTable('repos')
    .addColumn('id', 'integer', (c) => c.primaryKey())
    .addColumn('installation', 'integer', (c) => c.notNull())
    .addColumn('facts', 'text', (c) => c.notNull())
    .addColumn('policy', 'text')
    .addColumn('policy_sha', 'text')
    .addColumn('policy_error', 'text')
    .execute();

  await db.schema
    .createTable('items')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('board', 'text', (c) => c.notNull())
    .addColumn('host', 'text', (c) => c.notNull())
    .addColumn('node_id', 'text', (c) => c.notNull())
    .addColumn('repo', 'integer', (c) => c.notNull())
    .addColumn('number', 'integer', (c) => c.notNull())
    .addColumn('pull', 'integer')
    .addColumn('status', 'text', (c) => c.notNull())
    .addColumn('queued', 'integer', (c) => c.notNull().defaultTo(0))
    .addColumn('seat', 'integer', (c) => c.notNull().defaultTo(0))
    .addColumn('run', 'text')
    .addColumn('updated_at', 'integer', (c) => c.notNull())
    .addColumn('facts', 'text', (c) => c.notNull())
    .addUniqueConstraint('items_outside', ['board', 'host', 'node_id'])
    .execute();
  await sql`create index items_queued on items (queued) where queued = 1`.execute(db);
  await sql`create index items_seat on items (repo) where seat = 1`.execute(db);
  await sql`create index items_number on items (repo, number)`.execute(db);
  await sql`create index items_pull on items (repo, pull) where pull is not null`.execute(db);

  await db.schema
    .createTable('events')
    .addColumn('seq', 'integer', (c) => c.primaryKey().autoIncrement())
    .addColumn('id', 'text', (c) => c.notNull().unique())
    .addColumn('item', 'text', (c) => c.notNull())
    .addColumn('body', 'text', (c) => c.notNull())
    .addColumn('at', 'integer', (c) => c.notNull())
    .addColumn('done', 'integer', (c) => c.notNull().defaultTo(0))
    .execute();
  await sql`create index events_pending on events (item, seq) where done = 0`.execute(db);

  await db.schema
    .createTable('effects')
    .addColumn('key', 'text', (c) => c.primaryKey())
    .addColumn('seq', 'integer', (c) => c.notNull())
    .addColumn('item', 'text', (c) => c.notNull())
    .addColumn('lane', 'text', (c) => c.notNull())
    .addColumn('kind', 'text', (c) => c.notNull())
    .addColumn('body', 'text', (c) => c.notNull())
    .addColumn('state', 'text', (c) => c.notNull())
    .addColumn('version', 'integer', (c) => c.notNull().defaultTo(1))
    .addColumn('attempts', 'integer', (c) => c.notNull().defaultTo(0))
    .addColumn('not_before', 'integer', (c) => c.notNull().defaultTo(0))
    .addColumn('receipt', 'text')
    .addColumn('error', 'text')
    .addColumn('updated_at', 'integer', (c) => c.notNull())
    .execute();
  await sql`create index effects_open on effects (item, lane, seq) where state in ('intended', 'sent')`.execute(
    db,
  );
  await sql`create index effects_seq on effects (seq)`.execute(db);

  await db.schema
    .createTable('runs')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('item', 'text', (c) => c.notNull())
    .addColumn('epoch', 'integer', (c) => c.notNull())
    .addColumn('state', 'text', (c) => c.notNull())
    .addColumn('workspace', 'text', (c) => c.notNull())
    .addColumn('spec', 'text', (c) => c.notNull())
    .addColumn('assignment', 'text', (c) => c.notNull())
    .addColumn('deadline', 'integer', (c) => c.notNull())
    .addColumn('last_seq', 'integer', (c) => c.notNull().defaultTo(0))
    .addColumn('heard_at', 'integer', (c) => c.notNull())
    .addColumn('bundle_head', 'text')
    .addColumn('created_at', 'integer', (c) => c.notNull())
    .execute();
  await sql`create index runs_live on runs (state) where state <> 'over'`.execute(db);

  await db.schema
    .createTable('run_events')
    .addColumn('run', 'text', (c) => c.notNull())
    .addColumn('seq', 'integer', (c) => c.notNull())
    .addColumn('type', 'text', (c) => c.notNull())
    .addColumn('body', 'text', (c) => c.notNull())
    .addPrimaryKeyConstraint('run_events_key', ['run', 'seq'])
    .execute();

  await db.schema
    .createTable('run_messages')
    .addColumn('run', 'text', (c) => c.notNull())
    .addColumn('id', 'integer', (c) => c.notNull())
    .addColumn('source', 'text', (c) => c.notNull().unique())
    .addColumn('body', 'text', (c) => c.notNull())
    .addPrimaryKeyConstraint('run_messages_key', ['run', 'id'])
    .execute();
}
