/** How the end of an agent's work is understood: one table per runner over the same facts. Pure. */

import type { AgentEnd } from './shim/protocol.ts';

/**
 * `transient`: the provider was away, try again later. `quota`: no more of this provider for a while. `auth`: its key is
 * not taken. `needs_person`: only a person can go on, for example after a refusal.
 */
export type OutcomeClass =
  | 'finished'
  | 'transient'
  | 'quota'
  | 'auth'
  | 'needs_person'
  | 'crashed'
  | 'stalled';

/** Everything that is known of an end: the shim's word, and the gateway's of the run's last model call. */
export interface EndFacts extends AgentEnd {
  /** HTTP status (0 when nothing came), or how the stream broke off. */
  lastCall?: { status: number; broken?: 'cut' | 'stalled' | 'unreachable'; errorType?: string };
}

/** A row fits when everything it names fits; texts are matched as regular expressions, ignoring case. */
export interface OutcomeRow {
  when: {
    stop?: string;
    errorCode?: number;
    errorText?: RegExp;
    failure?: RegExp;
    /** Status of the last model call, or a range of them. */
    status?: number | readonly [from: number, to: number];
    broken?: 'cut' | 'stalled' | 'unreachable';
    exited?: true;
  };
  is: OutcomeClass;
}
