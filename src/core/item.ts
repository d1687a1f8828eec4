/** A work item as facts: what happened to it. Its status is computed from these (status.ts), never stored by hand. */
import type { Verdict } from './verdict.ts';

export type ItemType = 'code' | 'review' | 'test' | 'docs' | 'deploy' | 'triage' | 'custom';
export type RunKind = 'plan' | 'implement' | 'fix' | 'review' | 'decide' | 'resolve' | 'validate';

/** Someone on the code host; `id` survives renames, `login` is for display. */
export interface Person {
  id: number;
  login: string;
}

/** The repository as last seen; `id` and `installation` identify it, the names follow renames. */
export interface Repo {
  id: number;
  owner: string;
  name: string;
  installation: number;
  private: boolean;
  defaultBranch: string;
}

/** The text as it stood when a permitted person asked. Later edits do not reach the agent. */
export interface Snapshot {
  title: string;
  body: string | null;
  labels: string[];
  url: string;
  at: string;
  subIssues: { key: string; title: string; done: boolean }[];
  parent?: { key: string; title: string; body: string | null };
}

/** Where an answer belongs: the issue or pull request, and the comment that asked, when one did. */
export interface Origin {
  /** Number of the issue or pull request. */
  number: number;
  comment?: number;
}

export interface Request {
  by: Person;
  via: 'label' | 'command';
  origin: Origin;
  snapshot: Snapshot;
  at: number;
}

/** What a permitted person asked for, as it was asked; `failure`: nothing can be started for it, and why. */
export interface Asked {
  by: Person;
  via: 'label' | 'command';
  origin: Origin;
  /** Position among the commands of the same comment. */
  ordinal: number;
  snapshot: Snapshot;
  notes: string[];
  failure?: Failure;
  /** Cap of its runs in millionths of a US dollar, where the person named one. */
  spend?: number;
}

/** One failure that people read: a code of docs/errors.md, what happened, what to do. */
export interface Failure {
  code: string;
  sentence: string;
  todo?: string;
}

export type RunPhase = 'claimed' | 'launched' | 'working' | 'publishing' | 'ended';
export type StopCause = 'asked' | 'withdrawn' | 'closed' | 'limit' | 'out_of_reach' | 'blocker' | 'provider';
/** prlt itself stops a run for these; a person's word replaces them. */
const ownCauses: ReadonlySet<StopCause> = new Set(['limit', 'blocker', 'provider']);
/** The limits that end a run while it is alive, by their names under `limits`. */
export type LimitName = 'run' | 'stall' | 'disk' | 'spend' | 'spend_day';

/**
 * Nothing runs although the work is not done; the workspace stays, so that the next run goes on where the last one
 * stopped. `until`, milliseconds since the epoch: it goes on by itself then; without it a person has to say so.
 */
export interface Wait {
  kind: 'budget' | 'provider' | 'auth' | 'blocker' | 'person';
  failure: Failure;
  since: number;
  until?: number;
}

/** What the next run of the item goes on with. */
export interface Continuation {
  workspace: string;
  branch: string;
  base: { branch: string; sha: string };
  start: string;
  /** Earlier runs of the same work, since a person last asked for it; what they spent counts against its cap. */
  runs: string[];
  /** Why it was put aside, as the next prompt says it. */
  reason: string;
  /** Another runner takes over. */
  handover?: { from: string; to: string };
}

/** Something said to a run that its agent has not been given yet. */
export interface Poke {
  origin: Origin;
  /** Position among the commands of the same comment. */
  ordinal: number;
}

/** The latest run of an item; times in milliseconds since the epoch. */
export interface Run {
  id: string;
  epoch: number;
  kind: RunKind;
  attempt: number;
  agent: string;
  worker: string;
  profile: string;
  runner: string;
  workspace: string;
  /** It goes on in the workspace of earlier runs. */
  continues?: Pick<Continuation, 'runs' | 'reason' | 'handover'>;
  /** Most that its models may cost, in millionths of a US dollar; absent when it calls none. */
  cap?: number;
  phase: RunPhase;
  claimedAt: number;
  launchedAt?: number;
  endedAt?: number;
  branch?: string;
  base?: { branch: string; sha: string };
  /** Commit that the agent began with: the base, or the tip of the change that a fix continues. */
  start?: string;
  /** In the order they were said; absent when there are none. */
  pokes?: Poke[];
  stopping?: { cause: StopCause; by?: string; limit?: LimitName; reason?: string; needs?: string };
  verdict?: Verdict;
}

export interface Pull {
  number: number;
  url: string;
  draft: boolean;
  state: 'open' | 'closed' | 'merged';
}

/** A published branch and, once opened, its pull request. */
export interface Change {
  branch: string;
  head: string;
  commits: number;
  pull?: Pull;
}

export type Outcome =
  | { kind: 'no_change' }
  | { kind: 'failed'; failure: Failure }
  | { kind: 'stopped'; by?: string; reason?: string };

export interface Item {
  id: string;
  board: 'github';
  host: string;
  nodeId: string;
  repo: Repo;
  number: number;
  key: string;
  /** Why it is closed on the board, when it is. */
  closed?: 'completed' | 'not_planned' | 'duplicate';
  /** Rises with each request. 0: never asked for. */
  generation: number;
  request?: Request;
  /** Runs of this generation that ended by the agent's fault or a limit. */
  attempts: number;
  /** Runs of this generation that ended by no fault of the agent. */
  losses: number;
  /** Not before this time, milliseconds since the epoch. */
  retryAt?: number;
  /** The failure that the next attempt follows. */
  lastFailure?: Failure;
  run?: Run;
  change?: Change;
  outcome?: Outcome;
  wait?: Wait;
  /** How often in a row the provider of models was away. */
  backoffs?: number;
  continuation?: Continuation;
  /** What permitted persons said while nothing ran; the next run's prompt has it. */
  said?: { by: string; text: string }[];
  /** Cap of the runs to come in millionths of a US dollar, when a person raised it. */
  spendCap?: number;
  /** People hold it back: nothing starts for it. */
  held?: boolean;
  /** Asked for while the run is being stopped: begins when that is done. */
  next?: Asked;
  /** Another run is asked for although a pull request is open. */
  wants?: 'fix';
  /** Sentences that the status comment repeats, in order of arrival. */
  notes: string[];
}

/** Names the message to the run's agent that a poke becomes. */
export function pokeSource(run: string, { origin, ordinal }: Poke): string {
  return `${run}/${origin.comment ?? origin.number}/${ordinal}`;
}

/** A new item, never asked for. */
export function newItem(about: Pick<Item, 'id' | 'host' | 'nodeId' | 'repo' | 'number' | 'key'>): Item {
  return { ...about, board: 'github', generation: 0, attempts: 0, losses: 0, notes: [] };
}

/** Whether the item's request still waits to be taken up by an agent. */
export function waitsForSeat(item: Item): boolean {
  if (!item.request || item.closed || item.outcome || isLive(item.run) || waitsForPerson(item)) return false;
  if (!item.change) return true;
  return item.change.pull?.state === 'open' && item.wants === 'fix';
}

/** Whether it was put aside until a person says that it goes on. */
export function waitsForPerson({ wait }: Item): boolean {
  return wait !== undefined && wait.until === undefined;
}

/** Whether there is anything to stop: a wait for a seat, a run, or a change on its way out. */
export function isUnderWay(item: Item): boolean {
  const onItsWay = item.change !== undefined && !item.change.pull && !item.outcome && !item.closed;
  return waitsForSeat(item) || waitsForPerson(item) || isLive(item.run) || onItsWay;
}

function isLive(run: Run | undefined): boolean {
  return run !== undefined && run.phase !== 'ended';
}

export function isOwnCause(cause: StopCause): boolean {
  return ownCauses.has(cause);
}

/** Whether people took the request back and the run has yet to end. */
export function isBeingStopped(item: Item): boolean {
  return isLive(item.run) && item.run?.stopping !== undefined && !isOwnCause(item.run.stopping.cause);
}

/** Whether a container of this item exists or is about to. */
export function holdsSeat(item: Item): boolean {
  const phase = item.run?.phase;
  return phase === 'claimed' || phase === 'launched' || phase === 'working';
}

/** The run, when it is the one named and has not ended; late news of other runs is ignored. */
export function liveRun(item: Item, run: string): Run | undefined {
  return item.run?.id === run && item.run.phase !== 'ended' ? item.run : undefined;
}
