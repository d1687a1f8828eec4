/**
 * The thread that carries the log of changes over into the database, in the pauses between commits. Doing it while it
 * commits, as SQLite does by itself, makes deliveries wait for twice as many bytes as their own.
 */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import Database from 'better-sqlite3';
import { configure } from './pragmas.ts';

interface Log {
  /** Pages in it, and how many of them are in the database too. */
  log: number;
  checkpointed: number;
}

/** Fewer open pages are not worth a write; with more, the pause is not waited for (256 MB). */
const few = 1_000;
const many = 65_536;

const port = parentPort as MessagePort;
const database = new Database(workerData as string);
configure(database);
let seen = 0;

port.on('message', (message: 'look' | 'close') => {
  if (message === 'close') {
    database.close();
    port.close();
    return;
  }
  const [{ log, checkpointed }] = database.pragma('wal_checkpoint(NOOP)') as [Log];
  const open = log - checkpointed;
  const busy = log !== seen;
  seen = log;
  if (open >= (busy ? many : few)) database.pragma('wal_checkpoint(PASSIVE)');
});
