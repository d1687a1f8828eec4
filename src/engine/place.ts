/** Gives waiting items their seats: gathers candidates and seats, asks core/dispatch, records what starts. */
import { type Candidate, type DispatchVerdict, dispatch } from '../core/dispatch.ts';
import type { Item, RunKind } from '../core/item.ts';
import { readLabels } from '../core/labels.ts';
import { type Policy, type Route, route } from '../core/policy.ts';
import { addEvents, type NewEvent } from '../store/events.ts';
import { queuedItems, seatedItems } from '../store/items.ts';
import { runnerIsTried, runnerWaits, type StoredWait } from '../store/runner-waits.ts';
import { dayOf, reserve, spentByRuns } from '../store/spending.ts';
import type { Context } from './context.ts';
import { storedPolicy } from './policies.ts';
import { roomOf, seatsOf } from './room.ts';

export interface Placement {
  verdicts: DispatchVerdict[];
  /** When to look again although nothing happens, milliseconds since the epoch. */
  next: number | undefined;
}

/** A waiting item with the worker that would take it, on which runner, and what that may cost. */
interface Waiting {
  item: Item;
  route: Route;
  runner: string;
  /** Millionths of a US dollar; 0 when the runner calls no models. */
  cap: number;
}

/** How often an item that waits for memory, disk or money is looked at again, milliseconds. */
const lookAgain = 10_000;
/** What work that has used its cap up is given, so that its next call says so: millionths of a US dollar. */
const leastCap = 10_000;

/** Decides without recording: the same answer serves dispatch and those who ask why. */
export async function consider(context: Context): Promise<Placement> {
  return decideSeats(context, await gather(context));
}

/** Records the seats that are given, and sets their money aside; the events make the runs. */
export async function place(context: Context): Promise<Placement> {
  const board = await gather(context);
  const placement = await decideSeats(context, board);
  const started = placement.verdicts.flatMap((verdict): [Waiting, string, NewEvent][] => {
    const found = board.waiting.find(({ item }) => item.id === verdict.id);
    if (!found || verdict.verdict !== 'start') return [];
    const id = context.newId();
    return [[found, id, seatEvent(id, found, verdict.agent, verdict.worker)]];
  });
  if (started.length === 0) return placement;
  const now = context.now();
  context.crash('claim:before');
  await context.db.transaction().execute(async (tx) => {
    for (const [{ item, cap, runner }, run, event] of started) {
      const agent = event.event.type === 'seat_given' ? event.event.run.agent : '';
      if (cap > 0) await reserve(tx, { run, item: item.id, repo: item.repo.id, agent, day: dayOf(now), cap });
      await runnerIsTried(tx, runner, now);
    }
    await addEvents(
      tx,
      started.map(([, , event]) => event),
      now,
    );
  });
  context.crash('claim:after');
  return placement;
}

function seatEvent(id: string, found: Waiting, agent: string, worker: string): NewEvent {
  const { item, route, runner, cap } = found;
  const kind: RunKind = item.wants ?? 'implement';
  const run = {
    id,
    kind,
    agent,
    worker,
    profile: route.profile,
    runner,
    workspace: id,
    ...(cap > 0 ? { cap } : {}),
  };
  return { id: `seat/${id}`, item: item.id, event: { type: 'seat_given', run } };
}

interface Board {
  waiting: Waiting[];
  seated: Item[];
  policies: Map<number, Policy>;
  waits: StoredWait[];
}

/** An item whose worker has vanished from the configuration since it was asked for is not there to be placed. */
async function gather(context: Context): Promise<Board> {
  const { db } = context;
  const queued = await queuedItems(db);
  const policies = new Map<number, Policy>();
  if (queued.length === 0) return { waiting: [], policies, seated: [], waits: [] };
  for (const { repo } of queued) {
    if (!policies.has(repo.id)) policies.set(repo.id, await storedPolicy(context, db, repo.id));
  }
  const [seated, waits] = await Promise.all([seatedItems(db), runnerWaits(db)]);
  const waiting: Waiting[] = [];
  for (const item of queued) {
    const policy = policies.get(item.repo.id);
    const routed = policy && item.request && route(policy, item.request.snapshot);
    if (!policy || !routed || 'code' in routed) continue;
    const runner = runnerFor(item, routed, policy, waits, context.now());
    waiting.push({ item, route: routed, runner, cap: await capOf(context, item, policy, routed, runner) });
  }
  return { waiting, policies, seated, waits };
}

/** A runner that is out of quota is stood in for by the profile's fallback. */
function runnerFor(
  { continuation }: Item,
  { profile, runner }: Route,
  policy: Policy,
  waits: StoredWait[],
  now: number,
): string {
  if (continuation?.handover) return continuation.handover.to;
  const waiting = (name: string) => waits.find((one) => one.runner === name && one.until > now);
  const fallback = policy.profiles[profile]?.fallback;
  return waiting(runner)?.reason === 'quota' && fallback && !waiting(fallback) ? fallback : runner;
}

/** The cap of the work, less what earlier runs of it have spent. */
async function capOf(
  { db, runners, settings }: Context,
  { spendCap, continuation }: Item,
  { limits, profiles }: Policy,
  { profile }: Route,
  runner: string,
): Promise<number> {
  if (!runners.get(runner)?.model && profiles[profile]?.model === undefined) return 0;
  const cap = Math.min(spendCap ?? limits.spend.run, settings.ceilings.spend.run);
  const spent = await spentByRuns(db, continuation?.runs ?? []);
  return Math.max(cap - spent, leastCap);
}

async function decideSeats(
  context: Context,
  { waiting, seated, policies, waits }: Board,
): Promise<Placement> {
  if (waiting.length === 0) return { verdicts: [], next: undefined };
  const now = context.now();
  const room = await roomOf(context, policies, seated, waits);
  const verdicts = dispatch(waiting.map(candidateOf), seatsOf(policies, seated), room, now);
  const times = [...waiting.map(({ item }) => item.retryAt ?? 0), ...waits.map(({ until }) => until)];
  const next = times.filter((at) => at > now);
  const holds = verdicts.some((one) => one.verdict === 'hold' && one.reason === 'day_budget_used');
  if (room.shortage || holds) next.push(now + lookAgain);
  return { verdicts, next: next.length > 0 ? Math.min(...next) : undefined };
}

function candidateOf({ item, route: { worker }, runner, cap }: Waiting): Candidate {
  const { priority } = readLabels(item.request?.snapshot.labels ?? []);
  return {
    id: item.id,
    key: item.key,
    repo: item.repo.id,
    worker: worker.name,
    priority,
    deficit: 0,
    askedAt: item.request?.at ?? 0,
    held: item.held ?? false,
    runner,
    cap,
    ...(item.retryAt === undefined ? {} : { retryAt: item.retryAt }),
  };
}
