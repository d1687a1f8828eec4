/** Judges how the agent's work ended. Pure. */
import type { AgentEnd, Verdict } from './protocol.ts';
import type { TurnEnd } from './turn.ts';

/** The part of a verdict that says what went wrong. */
export type Failure = Required<Pick<Verdict, 'cause' | 'error'>> &
  Pick<Verdict, 'exitCode' | 'signal' | 'lastLines'>;

/** How all prompts of a run ended; `stop` is why somebody wanted it to end, `end` how the last prompt did. */
export type WorkEnd = (
  | { kind: 'finished' }
  | { kind: 'failed'; failure: Failure }
  | { kind: 'cancelled'; stop: Stop }
) & { end?: AgentEnd };

/** Who told a run to stop counts, whatever its end looked like. */
export function cancelledOr(signal: AbortSignal, end: WorkEnd): WorkEnd {
  return signal.aborted ? { kind: 'cancelled', stop: signal.reason as Stop } : end;
}

/** What a turn's end says, for the table of its runner. */
export function factsOf(end: TurnEnd): AgentEnd {
  switch (end.kind) {
    case 'error':
      return { error: { ...(end.code !== undefined && { code: end.code }), message: end.error } };
    case 'exited':
      return {
        ...(end.code !== undefined && { exitCode: end.code }),
        ...(end.signal !== undefined && { signal: end.signal }),
      };
    case 'ended':
      return {
        stop: end.stop,
        ...(end.failure && { failure: end.failure }),
        ...(end.exitCode !== undefined && { exitCode: end.exitCode }),
        ...(end.signal !== undefined && { signal: end.signal }),
      };
  }
}

/** `host`: a person or the service asked; `signal`: the container was told to stop. */
export interface Stop {
  by: 'host' | 'signal';
  reason: string;
}

/** Undefined when the turn ended well. `lastLines` are what the agent said last, for an agent that does not say it itself. */
export function failureOf(end: TurnEnd, lastLines: string[]): Failure | undefined {
  switch (end.kind) {
    case 'error':
      return { cause: 'agent_error', error: end.error, lastLines };
    case 'exited':
      return {
        cause: 'agent_exit',
        error: `the agent ended in the middle of its turn (${ending(end)})`,
        ...(end.code !== undefined && { exitCode: end.code }),
        ...(end.signal !== undefined && { signal: end.signal }),
        lastLines: end.said === '' ? lastLines : end.said.split('\n').slice(-20),
      };
    case 'ended':
      if ((end.exitCode ?? 0) !== 0 || end.signal !== undefined) {
        return {
          cause: 'agent_exit',
          error: `the command ended with ${ending({ ...(end.exitCode !== undefined && { code: end.exitCode }), ...(end.signal !== undefined && { signal: end.signal }) })}`,
          ...(end.exitCode !== undefined && { exitCode: end.exitCode }),
          ...(end.signal !== undefined && { signal: end.signal }),
          lastLines: end.lastLines ?? lastLines,
        };
      }
      if (end.failure !== undefined) {
        const error = end.failure.title ?? end.failure.category ?? 'the model provider failed';
        return { cause: 'agent_error', error, lastLines };
      }
      if (end.stop === 'end_turn') return undefined;
      return { cause: 'agent_error', error: `the agent ended its turn with ${end.stop}`, lastLines };
  }
}

function ending(end: { code?: number; signal?: string }): string {
  return end.signal !== undefined ? `signal ${end.signal}` : `exit code ${end.code ?? 'unknown'}`;
}
