/** The engine's side of every run's socket: what a run is given, what it tells, what it hands over. */
import type { Readable } from 'node:stream';
import type { Logger } from 'pino';
import type { RunnerManifest } from '#runners/manifest.ts';
import type { EventsAnswer, HostMessage, ShimEvent } from '#runners/shim/protocol.ts';
import type { ItemEvent } from '../core/event.ts';
import type { BundleAnswer, RunDesk } from '../gateway/desk.ts';
import type { Handover } from '../git/handover.ts';
import { rearm } from '../store/effects.ts';
import { addEvents } from '../store/events.ts';
import type { Db, Tx } from '../store/open.ts';
import {
  appendRunEvents,
  lastMessage,
  messageSource,
  messagesAfter,
  type RunRow,
  runById,
  setBundleHead,
  setRunState,
} from '../store/runs.ts';
import { lastWord } from './last-word.ts';
import type { Bell } from './signals.ts';
import { isComing } from './start.ts';

export interface DeskParts {
  db: Db;
  handover: Handover;
  bell: Bell;
  log: Logger;
  runners: ReadonlyMap<string, RunnerManifest>;
  now: () => number;
  wake: () => void;
}

/** Progress alone edits the status comment at most so often, milliseconds. */
const progressPause = 15_000;
/** How long a shim that asks for an assignment is kept waiting for one, milliseconds. */
const longPoll = 20_000;
/** Bytes of one run's events that are kept. Its shim stops far below that; an agent that speaks in its place would not. */
const mostKept = 64 * 2 ** 20;
/** Its news that may concern the item: each is a decision, and decisions are everybody's. */
const mostTold = 2_000;

/** Of each run, in this life of the service. */
type Kept = Map<string, { bytes: number; told: number }>;

export function createDesk(parts: DeskParts): RunDesk {
  const { db, handover, bell, wake } = parts;
  const kept: Kept = new Map();
  return {
    assignment: async (run, signal) => {
      const soon = bell.next(assignmentOf(run), AbortSignal.any([signal, AbortSignal.timeout(longPoll)]));
      if (!(await isComing(db, run))) return 'over';
      const known = await runById(db, run);
      const row = known ?? (await soon.then(() => runById(db, run)));
      if (!row) return 'not_yet';
      return row.state === 'over' ? 'over' : row.assignment;
    },

    events: async (run, events): Promise<EventsAnswer> => {
      const answer = await db.transaction().execute((tx) => hear(parts, kept, tx, run, events));
      wake();
      if (events.some((event) => event.type === 'finished')) bell.ring(endOf(run));
      return answer;
    },

    messages: async function* (run, after, signal): AsyncIterable<HostMessage> {
      const rings = bell.rings(messagesFor(run), signal);
      let last = after;
      const fresh = async function* () {
        for (const message of await messagesAfter(db, run, last)) {
          last = message.id;
          yield message;
        }
      };
      yield* fresh();
      for await (const _ of rings) yield* fresh();
    },

    bundle: async (run, head, body: Readable): Promise<BundleAnswer> => {
      const row = await runById(db, run);
      if (row?.state !== 'live') {
        body.destroy();
        return { kind: 'refused', status: 409, reason: 'The run is over.' };
      }
      const answer = await handover.receive({
        run,
        stream: body,
        maxBytes: row.assignment.limits.bundleBytes,
      });
      if (answer.kind === 'stored') {
        await setBundleHead(db, run, head);
        return answer;
      }
      const statuses = { too_large: 413, no_space: 507, interrupted: 400 } as const;
      return { kind: 'refused', status: statuses[answer.code], reason: answer.sentence };
    },
  };
}

export function assignmentOf(run: string): string {
  return `assignment/${run}`;
}

export function messagesFor(run: string): string {
  return `messages/${run}`;
}

export function endOf(run: string): string {
  return `end/${run}`;
}

/**
 * Stores what is new. A last word that came before the run had heard everything said to it is not taken: it is left
 * unacknowledged, and the shim says it again when it has.
 */
async function hear(
  { now, runners, log }: DeskParts,
  kept: Kept,
  tx: Tx,
  run: string,
  events: ShimEvent[],
): Promise<EventsAnswer> {
  const row = await runById(tx, run);
  if (!row || row.state === 'over') {
    kept.delete(run);
    return { ack: events.at(-1)?.seq ?? 0 };
  }
  const last = events.findLast((event) => event.type === 'finished');
  const behind =
    row.state === 'live' && last !== undefined && (await lastMessage(tx, run)) > last.lastMessage;
  const taken = behind ? events.filter((event) => event.seq < last.seq) : events;
  const { bytes, told } = kept.get(run) ?? { bytes: 0, told: 0 };
  const full = bytes > mostKept;
  const fresh = await appendRunEvents(tx, run, row.lastSeq, taken, now(), full);
  const ack = row.lastSeq + fresh.length;
  const more = full ? 0 : await tell(tx, row, fresh, mostTold - told, now());
  kept.set(run, { bytes: bytes + (full ? 0 : JSON.stringify(fresh).length), told: told + more });
  if (behind) return { ack, behind };
  if (last && last.seq <= ack && row.state === 'live') {
    kept.delete(run);
    await setRunState(tx, run, 'finished');
    const runner = runners.get(row.assignment.agent.runner);
    const { verdict, refused } = await lastWord(tx, run, runner, last.verdict, now());
    if (refused) log.error({ runner: refused.runner }, refused.sentence);
    const finished: ItemEvent = { type: 'run_finished', run, verdict };
    await addEvents(tx, [{ id: `run/${run}/finished`, item: row.item, event: finished }], now());
  }
  return { ack };
}

/** Characters of what a run's shim says to people. */
const longestNote = 500;

/** What of a run's news concerns the item, at most `room` of it; everything else stays in the run's own log. Returns how many. */
async function tell(tx: Tx, row: RunRow, fresh: ShimEvent[], room: number, now: number): Promise<number> {
  const events = fresh.flatMap((event): { id: string; item: string; event: ItemEvent }[] => {
    const id = `run/${row.id}/${event.seq}`;
    switch (event.type) {
      case 'checkout_ready':
        return event.notes.length === 0
          ? []
          : [
              {
                id,
                item: row.item,
                event: {
                  type: 'run_noted',
                  run: row.id,
                  notes: event.notes.slice(0, 10).map((note) => note.slice(0, longestNote)),
                },
              },
            ];
      case 'note': {
        const note = event.text.slice(0, longestNote);
        return [{ id, item: row.item, event: { type: 'run_noted', run: row.id, notes: [note] } }];
      }
      case 'prompt_started':
        return [{ id, item: row.item, event: { type: 'run_working', run: row.id, notes: [] } }];
      default:
        return [];
    }
  });
  for (const event of fresh) {
    if (event.type !== 'poke_delivered' || events.length >= room) continue;
    const source = await messageSource(tx, row.id, event.message);
    if (source === undefined) continue;
    const heard: ItemEvent = { type: 'poke_heard', run: row.id, source };
    events.push({ id: `run/${row.id}/${event.seq}`, item: row.item, event: heard });
  }
  events.length = Math.min(events.length, room);
  await addEvents(tx, events, now);
  if (fresh.some((event) => event.type === 'message' || event.type === 'progress' || event.type === 'tool')) {
    await rearm(tx, `${row.item}/status-comment`, now + progressPause, now);
  }
  return events.length;
}
