/** Gives waiting items their seats: gathers candidates and seats, asks core/dispatch, records what starts. */
import { type Candidate, type DispatchVerdict, dispatch, type Room, type Seats } from '../core/dispatch.ts';
import type { Item, RunKind } from '../core/item.ts';
import { readLabels } from '../core/labels.ts';
import { type Policy, type Route, route } from '../core/policy.ts';
import { addEvents, type NewEvent } from '../store/events.ts';
import { queuedItems, seatedItems } from '../store/items.ts';
import type { Context } from './context.ts';
import { storedPolicy } from './policies.ts';
import { shortage } from './watermarks.ts';

export interface Placement {
  verdicts: DispatchVerdict[];
  /** When to look again although nothing happens, milliseconds since the epoch. */
  next: number | undefined;
}

/** A waiting item with the worker that would take it. */
interface Waiting {
  item: Item;
  route: Route;
}

/** How often an item that waits for memory or disk is looked at again, milliseconds. */
const lookAgain = 10_000;

/** Decides without recording: the same answer serves dispatch and those who ask why. */
export async function consider(context: Context): Promise<Placement> {
  return decideSeats(context, await gather(context));
}

/** Records the seats that are given; the events make the runs. */
export async function place(context: Context): Promise<Placement> {
  const board = await gather(context);
  const placement = await decideSeats(context, board);
  const waiting = new Map(board.waiting.map((one) => [one.item.id, one]));
  const events = placement.verdicts.flatMap((verdict): NewEvent[] => {
    const found = verdict.verdict === 'start' ? waiting.get(verdict.id) : undefined;
    if (!found || verdict.verdict !== 'start') return [];
    const id = context.newId();
    const kind: RunKind = found.item.wants ?? 'implement';
    const { profile, runner } = found.route;
    const run = { id, kind, agent: verdict.agent, worker: verdict.worker, profile, runner, workspace: id };
    return [{ id: `seat/${id}`, item: verdict.id, event: { type: 'seat_given', run } }];
  });
  if (events.length > 0) context.crash('claim:before');
  await addEvents(context.db, events, context.now());
  if (events.length > 0) context.crash('claim:after');
  return placement;
}

interface Board {
  waiting: Waiting[];
  seated: Item[];
  policies: Map<number, Policy>;
}

/** An item whose worker has vanished from the configuration since it was asked for is not there to be placed. */
async function gather(context: Context): Promise<Board> {
  const queued = await queuedItems(context.db);
  const policies = new Map<number, Policy>();
  for (const { repo } of queued) {
    if (!policies.has(repo.id)) policies.set(repo.id, await storedPolicy(context, context.db, repo.id));
  }
  const waiting = queued.flatMap((item): Waiting[] => {
    const policy = policies.get(item.repo.id);
    const routed = policy && item.request && route(policy, item.request.snapshot.labels);
    return routed && !('code' in routed) ? [{ item, route: routed }] : [];
  });
  return { waiting, policies, seated: queued.length > 0 ? await seatedItems(context.db) : [] };
}

async function decideSeats(context: Context, { waiting, seated, policies }: Board): Promise<Placement> {
  if (waiting.length === 0) return { verdicts: [], next: undefined };
  const now = context.now();
  const room = await roomOf(context, policies, seated);
  const verdicts = dispatch(waiting.map(candidateOf), seatsOf(policies, seated), room, now);
  const times = waiting.map(({ item }) => item.retryAt ?? 0).filter((at) => at > now);
  if (room.shortage) times.push(now + lookAgain);
  return { verdicts, next: times.length > 0 ? Math.min(...times) : undefined };
}

function candidateOf({ item, route: { worker } }: Waiting): Candidate {
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
    ...(item.retryAt === undefined ? {} : { retryAt: item.retryAt }),
  };
}

function seatsOf(policies: Map<number, Policy>, seated: Item[]): Seats[] {
  return [...policies].flatMap(([repo, policy]) =>
    policy.workers.map((worker) => {
      const busy = new Set(seated.filter((item) => item.repo.id === repo).map((item) => item.run?.agent));
      const names =
        worker.agents === 'unlimited'
          ? madeUp(worker.name, policy.limits.concurrency, busy.size)
          : worker.agents;
      return { repo, worker: worker.name, free: names.filter((name) => !busy.has(name)) };
    }),
  );
}

function madeUp(worker: string, most: number, busy: number): string[] {
  return Array.from({ length: most + busy }, (_, index) => `${worker}-${index + 1}`);
}

async function roomOf(context: Context, policies: Map<number, Policy>, seated: Item[]): Promise<Room> {
  const inUse = (repo: number) => seated.filter((item) => item.repo.id === repo).length;
  const short = await shortage(context.settings);
  return {
    service: context.settings.ceilings.concurrency - seated.length,
    repos: new Map([...policies].map(([repo, policy]) => [repo, policy.limits.concurrency - inUse(repo)])),
    ...(short ? { shortage: short } : {}),
  };
}
