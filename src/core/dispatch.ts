/** Which waiting items start now, on which seat, and why the others do not. The same verdicts are acted on and shown. */

/** An item that waits for a seat. Times in milliseconds since the epoch. */
export interface Candidate {
  id: string;
  key: string;
  repo: number;
  worker: string;
  /** 1 is the highest. */
  priority: number;
  /** How far behind its target the item's category is; higher goes first. */
  deficit: number;
  askedAt: number;
  retryAt?: number;
  held: boolean;
  runner: string;
  /** What its models may cost, reserved when it starts, in millionths of a US dollar; 0 when it calls none. */
  cap: number;
}

/** Seats of one worker of one repository, and how much of its limit the repository uses. */
export interface Seats {
  repo: number;
  worker: string;
  /** Names of agents without a run. */
  free: string[];
}

/** What the machine has too little of for another run, with its numbers. */
export interface Shortage {
  reason: 'low_disk' | 'low_memory';
  detail: string;
}

/** Free places under the limits; runs count from claim until their container is gone. */
export interface Room {
  service: number;
  repos: Map<number, number>;
  shortage?: Shortage;
  /** By repository: what is left of `limits.spend.day`, in millionths of a US dollar. */
  budgets: Map<number, Budget>;
  /** Runners whose provider takes no calls now. */
  waits: Map<string, RunnerWait>;
}

export interface Budget {
  left: number;
  /** Of the day, in words. */
  detail: string;
}

/** `until` in milliseconds since the epoch; then one item is let through to see whether it is over. */
export interface RunnerWait {
  until: number;
  detail: string;
}

export type HoldReason =
  | Shortage['reason']
  | 'held_by_label'
  | 'waiting_to_retry'
  | 'runner_waits'
  | 'day_budget_used'
  | 'service_full'
  | 'repository_full'
  | 'no_free_agent';

export type DispatchVerdict =
  | { verdict: 'start'; id: string; key: string; agent: string; worker: string }
  | { verdict: 'hold'; id: string; key: string; reason: HoldReason; detail?: string };

/** 1 priority, 2 diet deficit, 3 age, 4 key: an order without ties, so that the same board gives the same answer. */
export function byTurn(a: Candidate, b: Candidate): number {
  return (
    a.priority - b.priority ||
    b.deficit - a.deficit ||
    a.askedAt - b.askedAt ||
    (a.key < b.key ? -1 : a.key > b.key ? 1 : a.id < b.id ? -1 : 1)
  );
}

export function dispatch(
  candidates: Candidate[],
  seats: Seats[],
  room: Room,
  now: number,
): DispatchVerdict[] {
  const left: Room = {
    ...room,
    repos: new Map(room.repos),
    budgets: new Map(room.budgets),
    waits: new Map(room.waits),
  };
  const free = new Map(seats.map((seat) => [seatKey(seat), [...seat.free]]));
  return candidates.toSorted(byTurn).map((candidate) => {
    const { id, key, worker } = candidate;
    const agents = free.get(seatKey(candidate));
    const reason = whyHold(candidate, left, agents, now);
    const agent = agents?.[0];
    if (reason || !agents || agent === undefined) {
      const detail = reason && detailOf(reason, candidate, left);
      return { verdict: 'hold', id, key, reason: reason ?? 'no_free_agent', ...(detail ? { detail } : {}) };
    }
    agents.shift();
    take(left, candidate);
    return { verdict: 'start', id, key, agent, worker };
  });
}

/** What a start uses up of the room. */
function take(left: Room, { repo, runner, cap }: Candidate): void {
  left.service -= 1;
  left.repos.set(repo, (left.repos.get(repo) ?? 0) - 1);
  const budget = left.budgets.get(repo);
  if (budget) left.budgets.set(repo, { ...budget, left: budget.left - cap });
  const wait = left.waits.get(runner);
  if (wait) left.waits.set(runner, { ...wait, until: Infinity });
}

function detailOf(reason: HoldReason, { repo, runner }: Candidate, left: Room): string | undefined {
  if (reason === left.shortage?.reason) return left.shortage.detail;
  if (reason === 'runner_waits') return left.waits.get(runner)?.detail;
  return reason === 'day_budget_used' ? left.budgets.get(repo)?.detail : undefined;
}

function whyHold(
  candidate: Candidate,
  left: Room,
  agents: string[] | undefined,
  now: number,
): HoldReason | undefined {
  if (candidate.held) return 'held_by_label';
  if (candidate.retryAt !== undefined && candidate.retryAt > now) return 'waiting_to_retry';
  if ((left.waits.get(candidate.runner)?.until ?? 0) > now) return 'runner_waits';
  if (candidate.cap > (left.budgets.get(candidate.repo)?.left ?? Infinity)) return 'day_budget_used';
  if (left.shortage) return left.shortage.reason;
  if (left.service <= 0) return 'service_full';
  if ((left.repos.get(candidate.repo) ?? 0) <= 0) return 'repository_full';
  return agents && agents.length > 0 ? undefined : 'no_free_agent';
}

function seatKey({ repo, worker }: { repo: number; worker: string }): string {
  return `${repo}/${worker}`;
}
