/**
 * The thread that holds the inbox's connection. It commits whatever has arrived, all in one transaction, and answers
 * only after that: waiting for the disk, or for a transaction of the engine, it holds up nobody else.
 */
import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import Database from 'better-sqlite3';
import { compress, type Encoding } from './compression.ts';
import type { Delivery } from './inbox.ts';
import { configure } from './pragmas.ts';

/** For each delivery, in the order sent: 1 when its GUID is new, 0 when it was there already. Or why `count` of them failed. */
export type WriterAnswer = { changes: number[] } | { problem: string; count: number };

/** Deliveries of one turn: their bodies lie one behind the other, each up to its `end`. */
export interface Parcel {
  rows: (Omit<Delivery, 'body'> & { end: number })[];
  bodies: ArrayBuffer;
}

/** Bytes that one transaction takes at most, more or less: a flood of large bodies must not be held twice. */
const largestBatch = 64 * 2 ** 20;

const port = parentPort as MessagePort;
const database = new Database(workerData as string);
configure(database);
const insert = database.prepare(
  'insert into deliveries (guid, source, event, body, encoding, received_at) values (?, ?, ?, ?, ?, ?) on conflict (guid) do nothing',
);
const commit = database.transaction((rows: Row[]) => rows.map((row) => insert.run(...row).changes)).immediate;

port.on('message', (first: Parcel | 'close') => {
  const batch: Parcel[] = [];
  let bytes = 0;
  for (let message: Parcel | 'close' | undefined = first; message; ) {
    if (message === 'close') {
      if (batch.length > 0) port.postMessage(attempt(batch));
      database.close();
      port.close();
      return;
    }
    batch.push(message);
    bytes += message.bodies.byteLength;
    message = bytes < largestBatch ? receiveMessageOnPort(port)?.message : undefined;
  }
  port.postMessage(attempt(batch));
});

function attempt(batch: Parcel[]): WriterAnswer {
  try {
    return { changes: commit(batch.flatMap(rowsOf)) };
  } catch (error) {
    const count = batch.reduce((sum, { rows }) => sum + rows.length, 0);
    return { problem: error instanceof Error ? error.message : String(error), count };
  } finally {
    // Freed now: collecting them as garbage holds up a commit now and then.
    for (const { bodies } of batch) bodies.transfer(0);
  }
}

type Row = [
  guid: string,
  source: string,
  event: string,
  body: Buffer,
  encoding: Encoding,
  receivedAt: number,
];

/** Compressed before the transaction, which others wait for. */
function rowsOf({ rows, bodies }: Parcel): Row[] {
  let start = 0;
  return rows.map(({ guid, source, event, receivedAt, end }) => {
    const { body, encoding } = compress(Buffer.from(bodies, start, end - start));
    start = end;
    return [guid, source, event, body, encoding, receivedAt];
  });
}
