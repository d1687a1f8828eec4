/** How every connection to the database is set up. */
import type Database from 'better-sqlite3';

/** Commits are on disk when they return; a writer waits for another one up to five seconds. */
export function configure(database: Database.Database): void {
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  // A thread does it in the pauses (checkpoints.ts). This is the end of a flood that has none: half a gigabyte of log.
  database.pragma('wal_autocheckpoint = 131072');
  database.pragma(`journal_size_limit = ${256 * 2 ** 20}`);
  database.pragma('foreign_keys = ON');
  database.pragma('busy_timeout = 5000');
}
