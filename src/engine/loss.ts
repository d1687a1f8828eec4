/** What it means that a run's container is not alive although its shim has not said its last word. Pure. */
import type { ItemEvent } from '../core/event.ts';
import type { ObservedRun } from '../runtimes/runtime.ts';
import type { RunRow } from '../store/runs.ts';

/**
 * A container that ended by itself before its shim said anything never ran the agent: 126 and 127 are an entry point
 * that cannot be executed or is not there, 125 is the engine's own, lower ones are the shim's. From 128 on a signal
 * ended it. @param seen undefined when the runtime does not have it any more
 */
export function lossOf(run: Pick<RunRow, 'id' | 'lastSeq'>, seen: ObservedRun | undefined): ItemEvent {
  if (!seen) return { type: 'run_lost', run: run.id, cause: 'gone' };
  const { exitCode, oomKilled } = seen;
  if (!oomKilled && run.lastSeq === 0 && exitCode !== undefined && exitCode > 0 && exitCode < 128) {
    return neverSpoke(run.id, exitCode);
  }
  const code = exitCode === undefined ? {} : { exitCode };
  return { type: 'run_lost', run: run.id, cause: oomKilled ? 'oom' : 'killed', ...code };
}

function neverSpoke(run: string, exitCode: number): ItemEvent {
  const failure = {
    code: 'SESSION_SPAWN_FAILED',
    sentence: `The container ended with exit code ${exitCode} before the agent could start.`,
    todo: 'Build the image anew with `npm run runners:build`, look at what it runs, and give `/prlt start`.',
  };
  return { type: 'launch_failed', run, failure, again: false };
}
