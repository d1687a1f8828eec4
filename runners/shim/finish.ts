/** The end of a run: bring the work onto the branch, hand it over, say how it went. */
import { handOver } from './bundle.ts';
import type { Checkout } from './checkout.ts';
import type { HostConnection } from './host.ts';
import type { Journal } from './journal.ts';
import { type Branch, settleBranch } from './leftovers.ts';
import type { Outbox } from './outbox.ts';
import type { Assignment, Verdict } from './protocol.ts';
import { readResult } from './result.ts';
import type { Transcript } from './transcript.ts';
import type { WorkEnd } from './verdict.ts';

export interface Finish {
  assignment: Assignment;
  /** Undefined when it could not be made. */
  checkout: Checkout | undefined;
  host: HostConnection;
  journal: Journal;
  outbox: Outbox;
  transcript: Transcript;
  resultFile: string;
  /** Highest message dealt with, as the host is told. */
  lastMessage: () => number;
  oomKills: () => number | undefined;
  /** Aborts when there is no more time to try. */
  deadline: AbortSignal;
  /** Tip of the branch that the host has accepted so far. */
  accepted: { head?: string };
}

/** Resolves `accepted` when the run is over for the host too; `behind` when messages wait that have to be dealt with first. */
export async function finishRun(finish: Finish, end: WorkEnd): Promise<'accepted' | 'behind'> {
  const { journal, transcript, outbox } = finish;
  const verdict = await conclude(finish, end);
  transcript.flush();
  if (transcript.dropped > 0) journal.append({ type: 'output_capped', bytes: transcript.dropped });
  const seq = journal.append({ type: 'finished', verdict, lastMessage: finish.lastMessage() });
  return deliverFinished(journal, outbox, seq);
}

/** Waits for the host's word on a `finished` event; one that it does not accept is taken back. */
export async function deliverFinished(
  journal: Journal,
  outbox: Outbox,
  seq: number,
): Promise<'accepted' | 'behind'> {
  const answer = await outbox.delivered(seq);
  if (answer === 'behind') journal.withdraw(seq);
  return answer;
}

async function conclude(finish: Finish, end: WorkEnd): Promise<Verdict> {
  const { assignment, journal } = finish;
  const { start } = assignment.checkout;
  const result = await readResult(finish.resultFile);
  if (result.note !== undefined) journal.append({ type: 'note', text: result.note });
  const oomKills = finish.oomKills();
  const common = {
    ...(end.end && { end: end.end }),
    ...(result.value !== undefined && { result: result.value }),
    ...(oomKills !== undefined && { oomKills }),
  };
  const nothing = { head: start, changed: false, commits: 0 };
  if (!finish.checkout) return { ...outcome(end), ...nothing, ...common };
  const settled = await settle(assignment, finish.checkout);
  if (typeof settled === 'string') return { ...failed(end, 'checkout', settled), ...nothing, ...common };
  for (const text of settled.notes) journal.append({ type: 'note', text });
  const work = { head: settled.head, changed: settled.commits > 0, commits: settled.commits };
  if (!work.changed || finish.accepted.head === work.head) return { ...outcome(end), ...work, ...common };
  const handed = await handOver(finish.host, assignment, finish.checkout, work.head, finish.deadline);
  if (handed.kind === 'refused')
    return { ...failed(end, 'bundle', handed.reason), ...work, changed: false, ...common };
  finish.accepted.head = work.head;
  return { ...outcome(end), ...work, ...common };
}

async function settle(assignment: Assignment, checkout: Checkout): Promise<Branch | string> {
  try {
    return await settleBranch(assignment, checkout);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

type Outcome = Pick<Verdict, 'outcome' | 'cause' | 'error' | 'exitCode' | 'signal' | 'lastLines'>;

function outcome(end: WorkEnd): Outcome {
  switch (end.kind) {
    case 'finished':
      return { outcome: 'finished' };
    case 'failed':
      return { outcome: 'failed', ...end.failure };
    case 'cancelled':
      return {
        outcome: 'cancelled',
        error: end.stop.reason,
        ...(end.stop.by === 'signal' && { signal: 'SIGTERM' }),
      };
  }
}

/** What went wrong at the end only counts as the cause where nothing went wrong before. */
function failed(end: WorkEnd, cause: 'checkout' | 'bundle', error: string): Outcome {
  if (end.kind === 'finished') return { outcome: 'failed', cause, error };
  const before = outcome(end);
  return { ...before, error: `${before.error}; then: ${error}` };
}
