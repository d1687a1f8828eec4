/** Runs as the socket sees them: what was assigned, what was heard, what was said. */

import type { Selectable } from 'kysely';
import type { Assignment, HostMessage, HostMessageBody, ShimEvent } from '#runners/shim/protocol.ts';
import type { Executor } from './open.ts';
import type { Schema } from './schema.ts';

/** Image name, limits in bytes and milliseconds, and what people are told once it runs. */
export interface RunSpec {
  image: string;
  /** Image of the repository's own: as it was named, what that meant, and where it can be had again. */
  own?: { name: string; id: string; pin?: string };
  limits: { memory: number; cpus: number; pids: number; stall: number; disk: number };
  notes?: string[];
  /** Canonical `host:port` entries that it may reach. */
  network?: string[];
  /** SHA-256 of the first prompt, hexadecimal; the prompt itself is in the assignment. */
  promptHash?: string;
  /** Provider and model that it was told to use. */
  model?: { provider: string; model: string };
}

export interface RunRow {
  id: string;
  item: string;
  epoch: number;
  state: 'live' | 'finished' | 'over';
  workspace: string;
  assignment: Assignment;
  /** What its container is made from, as decided when it was assigned. */
  spec: RunSpec;
  /** Milliseconds since the epoch. */
  deadline: number;
  lastSeq: number;
  /** When its shim was last heard, milliseconds since the epoch. */
  heardAt: number;
  bundleHead: string | null;
}

/** Records what a run is given, before its container exists. */
export async function assignRun(
  db: Executor,
  run: Omit<RunRow, 'state' | 'lastSeq' | 'heardAt' | 'bundleHead'>,
  now: number,
): Promise<void> {
  const { assignment, spec, ...rest } = run;
  await db
    .insertInto('runs')
    .values({
      ...rest,
      spec: JSON.stringify(spec),
      assignment: JSON.stringify(assignment),
      state: 'live',
      heard_at: now,
      created_at: now,
    })
    .onConflict((oc) => oc.column('id').doNothing())
    .execute();
}

export async function runById(db: Executor, id: string): Promise<RunRow | undefined> {
  const row = await db.selectFrom('runs').selectAll().where('id', '=', id).executeTakeFirst();
  return row && toRun(row);
}

/** Runs that are not over: their sockets are open and their containers may live. */
export async function openRuns(db: Executor): Promise<RunRow[]> {
  const rows = await db.selectFrom('runs').selectAll().where('state', '<>', 'over').execute();
  return rows.map(toRun);
}

export async function setRunState(db: Executor, id: string, state: 'finished' | 'over'): Promise<void> {
  await db.updateTable('runs').set({ state }).where('id', '=', id).where('state', '<>', 'over').execute();
}

export async function setBundleHead(db: Executor, id: string, head: string): Promise<void> {
  await db.updateTable('runs').set({ bundle_head: head }).where('id', '=', id).execute();
}

/** Appends events that continue the sequence; returns the new ones. A gap ends the batch: the shim resends. `full`: only a last word is kept. */
export async function appendRunEvents(
  db: Executor,
  run: string,
  lastSeq: number,
  events: ShimEvent[],
  now: number,
  full = false,
): Promise<ShimEvent[]> {
  const fresh: ShimEvent[] = [];
  for (const event of events) {
    if (event.seq === lastSeq + fresh.length + 1) fresh.push(event);
  }
  if (fresh.length === 0) return fresh;
  const kept = full ? fresh.filter(({ type }) => type === 'finished') : fresh;
  for (let from = 0; from < kept.length; from += 500) {
    const rows = kept.slice(from, from + 500);
    await db
      .insertInto('run_events')
      .values(rows.map((event) => ({ run, seq: event.seq, type: event.type, body: JSON.stringify(event) })))
      .execute();
  }
  await db
    .updateTable('runs')
    .set({ last_seq: lastSeq + fresh.length, heard_at: now })
    .where('id', '=', run)
    .execute();
  return fresh;
}

/** The last events of some types, oldest first. */
export async function lastRunEvents(
  db: Executor,
  run: string,
  types: string[],
  most: number,
): Promise<ShimEvent[]> {
  const rows = await db
    .selectFrom('run_events')
    .select('body')
    .where('run', '=', run)
    .where('type', 'in', types)
    .orderBy('seq', 'desc')
    .limit(most)
    .execute();
  return rows.map((row) => JSON.parse(row.body) as ShimEvent).reverse();
}

/** Adds a message for the agent; the same source twice is one message. */
export async function addMessage(
  db: Executor,
  run: string,
  source: string,
  body: HostMessageBody,
): Promise<void> {
  const id = (await lastMessage(db, run)) + 1;
  await db
    .insertInto('run_messages')
    .values({ run, id, source, body: JSON.stringify(body) })
    .onConflict((oc) => oc.column('source').doNothing())
    .execute();
}

export async function lastMessage(db: Executor, run: string): Promise<number> {
  const row = await db
    .selectFrom('run_messages')
    .select((eb) => eb.fn.max('id').as('id'))
    .where('run', '=', run)
    .executeTakeFirst();
  return row?.id ?? 0;
}

/** What a message to a run came from; undefined when the run never had it. */
export async function messageSource(db: Executor, run: string, id: number): Promise<string | undefined> {
  const row = await db
    .selectFrom('run_messages')
    .select('source')
    .where('run', '=', run)
    .where('id', '=', id)
    .executeTakeFirst();
  return row?.source;
}

/** What a run was told because of `source`. */
export async function messageFrom(db: Executor, source: string): Promise<HostMessageBody | undefined> {
  const query = db.selectFrom('run_messages').select('body').where('source', '=', source);
  const row = await query.executeTakeFirst();
  return row && (JSON.parse(row.body) as HostMessageBody);
}

export async function messagesAfter(db: Executor, run: string, after: number): Promise<HostMessage[]> {
  const rows = await db
    .selectFrom('run_messages')
    .select(['id', 'body'])
    .where('run', '=', run)
    .where('id', '>', after)
    .orderBy('id')
    .execute();
  return rows.map(({ id, body }) => ({ id, ...(JSON.parse(body) as HostMessageBody) }));
}

function toRun(row: Selectable<Schema['runs']>): RunRow {
  return {
    id: row.id,
    item: row.item,
    epoch: row.epoch,
    state: row.state,
    workspace: row.workspace,
    spec: JSON.parse(row.spec) as RunSpec,
    assignment: JSON.parse(row.assignment) as Assignment,
    deadline: row.deadline,
    lastSeq: row.last_seq,
    heardAt: row.heard_at,
    bundleHead: row.bundle_head,
  };
}
