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
    /** `error.type` or `error.code` of the last model call's answer. */
    errorType?: RegExp;
    /** The process ended in the middle, or a command with another exit code than 0. */
    exited?: true;
  };
  is: OutcomeClass;
}

/** The class of the first row that fits; what fits none is an end by its own word: finished, unless something says otherwise. */
export function understand(rows: readonly OutcomeRow[], facts: EndFacts): OutcomeClass {
  const row = rows.find(({ when }) => fits(when, facts));
  if (row) return row.is;
  const well = facts.stop === 'end_turn' && !facts.error && !facts.failure;
  return well && !hasExited(facts) ? 'finished' : 'crashed';
}

function hasExited({ exitCode, signal }: EndFacts): boolean {
  return (exitCode ?? 0) !== 0 || signal !== undefined;
}

function fits(when: OutcomeRow['when'], facts: EndFacts): boolean {
  const { error, failure, lastCall } = facts;
  const status = lastCall?.status;
  const [from, to] = typeof when.status === 'number' ? [when.status, when.status] : (when.status ?? []);
  const matches = (pattern: RegExp | undefined, text: string | undefined) =>
    pattern === undefined || (text !== undefined && new RegExp(pattern.source, 'i').test(text));
  return (
    (when.stop === undefined || when.stop === facts.stop) &&
    (when.errorCode === undefined || when.errorCode === error?.code) &&
    matches(when.errorText, error?.message) &&
    matches(when.failure, failure && `${failure.category ?? ''} ${failure.title ?? ''}`) &&
    (from === undefined || to === undefined || (status !== undefined && status >= from && status <= to)) &&
    (when.broken === undefined || when.broken === lastCall?.broken) &&
    matches(when.errorType, lastCall?.errorType) &&
    (when.exited === undefined || hasExited(facts))
  );
}
