/**
 * Deliveries, durable before they are acknowledged. A thread of its own writes them: what arrives while it commits goes
 * into the next transaction together, so the busier the door, the more deliveries share one wait for the disk.
 */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Parcel, WriterAnswer } from './inbox-writer.ts';

export interface Delivery {
  guid: string;
  source: 'github' | 'linear' | 'jira';
  event: string;
  /** The raw bytes as they were verified. */
  body: Buffer;
  receivedAt: number;
}

export interface Inbox {
  /** Resolves once the delivery is on disk; `known` when this GUID was there already. Rejects when it could not be written. */
  add(delivery: Delivery): Promise<'stored' | 'known'>;
  /** Writes what was added before, then lets go of the database. */
  close(): Promise<void>;
}

interface Waiting {
  resolve: (result: 'stored' | 'known') => void;
  reject: (error: Error) => void;
}

/** @param path the database, migrated; the thread opens a connection of its own */
export function openInbox(path: string): Inbox {
  /** Of this turn of the event loop, and sent but not answered yet; both in the order of their arrival. */
  let gathered: Delivery[] = [];
  let unsent: Waiting[] = [];
  const sent: Waiting[] = [];
  let closing: PromiseWithResolvers<void> | undefined;
  let writer: Worker | undefined = start();

  function start(): Worker {
    const worker = new Worker(new URL('./inbox-writer.ts', import.meta.url), {
      workerData: path,
      execArgv: [],
    });
    worker.unref();
    worker.on('message', settle);
    // A thread that died takes what it held with it, unacknowledged; the next delivery gets a new one.
    worker.once('error', (error) => {
      writer = undefined;
      settle({ problem: error.message, count: sent.length });
    });
    return worker;
  }

  /** The process may end while nothing is on its way to the disk, and not while something is. */
  function settle(answer: WriterAnswer): void {
    const failed = 'problem' in answer;
    const answered = sent.splice(0, failed ? answer.count : answer.changes.length);
    answered.forEach(({ resolve, reject }, index) => {
      if (failed) reject(new Error(answer.problem));
      else resolve(answer.changes[index] === 1 ? 'stored' : 'known');
    });
    if (sent.length > 0) return;
    writer?.unref();
    closing?.resolve();
  }

  function send(): void {
    if (gathered.length === 0) return;
    writer ??= start();
    writer.ref();
    const parcel = pack(gathered);
    writer.postMessage(parcel, [parcel.bodies]);
    sent.push(...unsent);
    gathered = [];
    unsent = [];
  }

  return {
    add: (delivery) =>
      new Promise((resolve, reject) => {
        if (closing) return reject(new Error('The inbox is closed.'));
        if (gathered.length === 0) setImmediate(send);
        gathered.push(delivery);
        unsent.push({ resolve, reject });
      }),
    close: async () => {
      if (closing) return closing.promise;
      closing = Promise.withResolvers();
      send();
      if (sent.length === 0) closing.resolve();
      await closing.promise;
      if (!writer) return;
      const gone = once(writer, 'exit');
      writer.ref();
      writer.postMessage('close');
      await gone;
    },
  };
}

/** The bodies end to end in memory that changes hands; one by one they would be copied on both sides. */
function pack(deliveries: Delivery[]): Parcel {
  const size = deliveries.reduce((sum, { body }) => sum + body.byteLength, 0);
  const bodies = Buffer.allocUnsafeSlow(size);
  let end = 0;
  const rows = deliveries.map(({ body, ...row }) => {
    bodies.set(body, end);
    end += body.byteLength;
    return { ...row, end };
  });
  return { rows, bodies: bodies.buffer as ArrayBuffer };
}
