/** What the gateway asks of the engine for one run: the desk that a run's socket talks to. */
import type { Readable } from 'node:stream';
import type { Assignment, EventsAnswer, HostMessage, ShimEvent } from '#runners/shim/protocol.ts';
import type { EgressRefusal } from '#src/core/network/refusal.ts';

/** `refused`: the sentence goes back to the shim with the status. */
export type BundleAnswer =
  | { kind: 'stored'; bytes: number }
  | { kind: 'refused'; status: 400 | 409 | 413 | 507; reason: string };

/** A model call is let through before it is sent, and told of when it is over. */
export interface ModelDesk {
  /**
   * Whether the run may call this model now: it is alive, one of its runner's providers is meant, and its cap is not
   * reached. A call with `billed` that is let through is settled afterwards, once, whatever becomes of it; near the cap
   * it waits until calls under way are settled. `hint` is to be said to the agent with the call.
   */
  admit(
    run: string,
    call: AskedCall,
  ): Promise<{ kind: 'go'; hint?: string } | { kind: 'refused'; status: 402 | 403 | 410; reason: string }>;
  /** Counts a call; rejects never, the call is over whatever becomes of the count. */
  settle(run: string, call: ModelCall): Promise<void>;
}

export interface AskedCall {
  /** As in the path. */
  provider: string;
  /** As in the request; undefined for calls that name none. */
  model?: string;
  /** For a call that costs money: bytes of the request. `signal` aborts when nobody waits for it any more. */
  billed?: { bytes: number; signal: AbortSignal };
}

/** Tokens as the provider told them; cached ones are not part of `input`. */
export interface Usage {
  input: number;
  output: number;
  cacheRead: number;
  cacheWrite: number;
  /** Those of `cacheWrite` that are kept for an hour and cost more. */
  cacheWriteLong?: number;
}

export interface ModelCall {
  provider: string;
  model: string;
  /** Bytes of the request, as they were told when it was let through. */
  asked: number;
  /** HTTP status of the answer; 0 when none came. */
  status: number;
  /** `given_up`: by the agent, which says nothing about the provider. */
  broken?: 'cut' | 'stalled' | 'unreachable' | 'given_up';
  /** `error.type` or `error.code` of an answer that is an error. */
  errorType?: string;
  usage: Usage;
  /** The answer told no usage; it was reckoned from bytes. */
  estimated: boolean;
}

/** What an agent does with its tools; the arguments are checked. */
export interface ToolDesk {
  call(run: string, tool: ToolCall): Promise<ToolAnswer>;
}

export type ToolCall =
  | { tool: 'report_progress'; message: string }
  | {
      tool: 'finish';
      summary: string;
      title?: string;
      how_tested?: string;
      decisions?: string[];
      contract?: string;
      verdict?: 'approve' | 'changes';
      findings?: {
        file: string;
        line: number;
        severity: 'minor' | 'major' | 'blocker';
        title: string;
        todo: string;
      }[];
    }
  | {
      tool: 'ask_human';
      question: string;
      options: string[];
      default?: string;
      deadline?: string;
      blocking?: boolean;
    }
  | { tool: 'report_blocker'; reason: string; needs: string }
  | { tool: 'create_item'; title: string; body: string; labels?: string[] }
  | { tool: 'read_item'; key: string };

/** Text for the agent; `refused` says why and what to do instead. */
export type ToolAnswer = { kind: 'answer' | 'refused'; text: string };

/** Where runs may go, and what is written down when one is not let out. */
export interface EgressDesk {
  /** Canonical `host:port` entries that the run may reach; empty when it is over. */
  allowed(run: string): Promise<readonly string[]>;
  /** `host` is canonical `host:port`, or what may be shown of a malformed one. Rejects never. */
  refused(run: string, host: string, reason: EgressRefusal): Promise<void>;
  /** `owner/name` of the run's repository, for registries that are only for some. */
  repository(run: string): Promise<string | undefined>;
}

export interface RunDesk {
  /**
   * `over` when the run is or never was: the shim gets 410 and ends. A run that is being launched has none yet and is waited
   * for, for some seconds; then it is `not_yet`, and the shim asks again.
   */
  assignment(run: string, signal: AbortSignal): Promise<Assignment | 'over' | 'not_yet'>;
  /** Stores the events durably; what was stored before is skipped by `seq`. */
  events(run: string, events: ShimEvent[]): Promise<EventsAnswer>;
  /** Messages after `after`, then new ones as they come, until `signal` aborts. */
  messages(run: string, after: number, signal: AbortSignal): AsyncIterable<HostMessage>;
  /** Takes the finished branch; `head` is the agent's word for its tip. The stream must be consumed or destroyed. */
  bundle(run: string, head: string, body: Readable): Promise<BundleAnswer>;
}
