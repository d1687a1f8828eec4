/** Everything that can happen to an item, in the domain's words; payloads of any board stop at the edge. */
import type { Asked, Change, Failure, LimitName, Origin, Person, Pull, Repo, Run } from './item.ts';
import type { Verdict } from './verdict.ts';

/** What a reply says; the words are made where it is sent (messages/). */
export type Reply =
  | { kind: 'help' }
  | { kind: 'status' }
  | { kind: 'why' }
  /** `prompt`: what the agent was told instead of what it did. */
  | { kind: 'peek'; prompt?: boolean }
  | { kind: 'closed' }
  | { kind: 'nothing_to_retry' }
  | { kind: 'edited_since'; by: string }
  | { kind: 'nothing_running'; asked: 'poke' | 'stop' }
  | { kind: 'command_error'; code: string; sentence: string; usage: string };

export type BoardEvent =
  | ({ type: 'item_requested' } & Asked)
  /** A command was understood and its author may give it; what comes of it follows. */
  | { type: 'command_seen'; origin: Origin }
  | { type: 'request_denied'; origin: Origin }
  | { type: 'request_withdrawn'; by: Person }
  | { type: 'stop_asked'; by: Person; origin: Origin; ordinal: number }
  | { type: 'poke_asked'; by: Person; origin: Origin; ordinal: number; text: string }
  | { type: 'reply_asked'; origin: Origin; reply: Reply; ordinal: number }
  | { type: 'item_closed'; reason: 'completed' | 'not_planned' | 'duplicate' }
  | { type: 'item_reopened' }
  | { type: 'item_held'; held: boolean }
  | { type: 'item_edited'; by: Person; at: string }
  | { type: 'repo_seen'; repo: Repo }
  | { type: 'repo_lost'; reason: string }
  | { type: 'pull_changed'; number: number; state: Pull['state']; draft: boolean };

export type RunEvent =
  | { type: 'seat_given'; run: Omit<Run, 'phase' | 'claimedAt' | 'attempt' | 'epoch'> }
  | {
      type: 'run_launched';
      run: string;
      branch: string;
      base: { branch: string; sha: string };
      start: string;
      notes: string[];
    }
  | { type: 'launch_failed'; run: string; failure: Failure; again: boolean }
  | { type: 'run_working'; run: string; notes: string[] }
  | { type: 'run_noted'; run: string; notes: string[] }
  /** The agent has been given what a person said to it. */
  | { type: 'poke_heard'; run: string; source: string }
  | { type: 'run_finished'; run: string; verdict: Verdict }
  | { type: 'run_lost'; run: string; cause: 'gone' | 'killed' | 'oom'; exitCode?: number }
  | { type: 'run_over_limit'; run: string; limit: LimitName }
  /** Every model call of the run has failed for a while, and its agent goes on trying. */
  | { type: 'run_starved'; run: string }
  /** The agent reported that it cannot go on. */
  | { type: 'run_blocked'; run: string; reason: string; needs: string };

export type ChangeEvent =
  | { type: 'change_published'; run: string; change: Omit<Change, 'pull'> }
  /** `attempt`: the agent may try again; `machinery`: not its fault; `final`: trying again cannot help. */
  | {
      type: 'change_refused';
      run: string;
      failure: Failure;
      fault: 'attempt' | 'machinery' | 'final' | 'stopped';
    }
  | { type: 'work_kept'; run: string; note: string }
  /** There is a pull request of this item already, which the records knew nothing of. */
  | { type: 'pull_found'; run: string; change: Change & { pull: Pull } }
  | { type: 'pull_opened'; run: string; pull: Pull; notes: string[] }
  | { type: 'pull_refused'; run: string; failure: Failure };

export type ItemEvent = BoardEvent | RunEvent | ChangeEvent;
