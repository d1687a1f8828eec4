/**
 * Deliveries, durable before they are acknowledged. Its own connection, used synchronously: what arrives in one turn of
 * the event loop is committed together, and never in the middle of somebody else's transaction.
 */
import type Database from 'better-sqlite3';

export interface Delivery {
  guid: string;
  source: 'github' | 'linear' | 'jira';
  event: string;
  /** The raw bytes as they were verified. */
  body: Buffer;
  receivedAt: number;
}

export interface Inbox {
  /** Resolves once the delivery is on disk; `known` when this GUID was there already. */
  add(delivery: Delivery): Promise<'stored' | 'known'>;
  close(): void;
}

interface Waiting {
  delivery: Delivery;
  resolve: (result: 'stored' | 'known') => void;
  reject: (error: unknown) => void;
}

export function openInbox(database: Database.Database): Inbox {
  const insert = database.prepare(
    'insert into deliveries (guid, source, event, body, received_at) values (?, ?, ?, ?, ?) on conflict (guid) do nothing',
  );
  let waiting: Waiting[] = [];

  const commit = database.transaction((batch: Waiting[]) =>
    batch.map(({ delivery: d }) => insert.run(d.guid, d.source, d.event, d.body, d.receivedAt).changes),
  ).immediate;

  const flush = () => {
    const batch = waiting;
    waiting = [];
    try {
      const changes = commit(batch);
      batch.forEach(({ resolve }, index) => {
        resolve(changes[index] === 1 ? 'stored' : 'known');
      });
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  };

  return {
    add: (delivery) =>
      new Promise((resolve, reject) => {
        if (waiting.length === 0) setImmediate(flush);
        waiting.push({ delivery, resolve, reject });
      }),
    close: () => database.close(),
  };
}
