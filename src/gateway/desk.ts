/** What the gateway asks of the engine for one run: the desk that a run's socket talks to. */
import type { Readable } from 'node:stream';
import type { Assignment, EventsAnswer, HostMessage, ShimEvent } from '#runners/shim/protocol.ts';

/** `refused`: the sentence goes back to the shim with the status. */
export type BundleAnswer =
  | { kind: 'stored'; bytes: number }
  | { kind: 'refused'; status: 400 | 409 | 413 | 507; reason: string };

export interface RunDesk {
  /** Undefined when the run is over or never was: the shim gets 410 and ends. */
  assignment(run: string): Promise<Assignment | undefined>;
  /** Stores the events durably; what was stored before is skipped by `seq`. */
  events(run: string, events: ShimEvent[]): Promise<EventsAnswer>;
  /** Messages after `after`, then new ones as they come, until `signal` aborts. */
  messages(run: string, after: number, signal: AbortSignal): AsyncIterable<HostMessage>;
  /** Takes the finished branch; `head` is the agent's word for its tip. The stream must be consumed or destroyed. */
  bundle(run: string, head: string, body: Readable): Promise<BundleAnswer>;
}
