/** Reads along in the service's database, from outside and without writing. */

import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import type { ShimEvent } from '#runners/shim/protocol.ts';

/** Events of a run that its agent causes. */
const spoken: ShimEvent['type'][] = ['message', 'tool', 'usage', 'progress', 'permission'];

export interface RunSeen {
  id: string;
  state: 'live' | 'finished' | 'over';
  workspace: string;
  lastSeq: number;
}

export interface Watch {
  /** The run of an issue's item, once it is assigned. */
  run(issue: number): RunSeen | undefined;
  hasSpoken(run: string): boolean;
  /**
   * When things happened to a run and its item, milliseconds since the epoch, by the name of the event; `spoken` is the
   * first that the agent caused.
   */
  times(run: string): Record<string, number>;
  close(): void;
}

export function watch(dataDir: string): Watch {
  const db = new Database(join(dataDir, 'prlt.db'), { readonly: true, timeout: 5_000 });
  const run = db.prepare(
    'select runs.id, runs.state, runs.workspace, runs.last_seq as lastSeq from runs join items on items.id = runs.item where items.number = ? order by runs.created_at desc limit 1',
  );
  const said = spoken.map((type) => `'${type}'`).join();
  const first = db.prepare(`select 1 from run_events where run = ? and type in (${said}) limit 1`);
  const told = db.prepare('select body from run_events where run = ? order by seq');
  const decided = db.prepare(
    'select body, at from events where item = (select item from runs where id = ?) order by seq',
  );
  return {
    run: (issue) => run.get(issue) as RunSeen | undefined,
    hasSpoken: (id) => first.get(id) !== undefined,
    times: (id) => {
      const times: Record<string, number> = {};
      for (const { body, at } of decided.all(id) as { body: string; at: number }[]) {
        const { type } = JSON.parse(body) as { type: string };
        times[type] ??= at;
      }
      for (const { body } of told.all(id) as { body: string }[]) {
        const { type, at } = JSON.parse(body) as { type: string; at: string };
        times[type] ??= Date.parse(at);
        if (spoken.includes(type as ShimEvent['type'])) times['spoken'] ??= Date.parse(at);
      }
      return times;
    },
    close: () => void db.close(),
  };
}

/** Asks until there is an answer, every `pause` milliseconds. */
export async function until<T>(
  what: string,
  question: () => T | undefined | false,
  pause = 2,
  seconds = 60,
): Promise<T> {
  for (const end = Date.now() + seconds * 1_000; Date.now() < end; ) {
    const answer = question();
    if (answer !== undefined && answer !== false) return answer;
    await sleep(pause);
  }
  throw new Error(`${what} did not happen within ${seconds} s`);
}
