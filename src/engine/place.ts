/** Gives waiting items their seats: gathers candidates and seats, asks core/dispatch, records what starts. */
import { type Candidate, type DispatchVerdict, dispatch, type Room, type Seats } from '../core/dispatch.ts';
import type { Item } from '../core/item.ts';
import { readLabels } from '../core/labels.ts';
import { type Policy, route } from '../core/policy.ts';
import { addEvents, type NewEvent } from '../store/events.ts';
import { itemsIn, seatedItems } from '../store/items.ts';
import type { Context } from './context.ts';
import { storedPolicy } from './policies.ts';

export interface Placement {
  verdicts: DispatchVerdict[];
  /** When the first item that waits for its next attempt may start, milliseconds since the epoch. */
  nextRetry: number | undefined;
}

/** Decides without recording: the same answer serves dispatch and those who ask why. */
export async function considerAll(context: Context): Promise<Placement> {
  const ready = await itemsIn(context.db, 'ready');
  if (ready.length === 0) return { verdicts: [], nextRetry: undefined };
  const seated = await seatedItems(context.db);
  const policies = new Map<number, Policy>();
  for (const { repo } of ready) {
    if (!policies.has(repo.id)) policies.set(repo.id, await storedPolicy(context, context.db, repo.id));
  }
  const candidates = ready.flatMap((item) => candidateOf(item, policies));
  const verdicts = dispatch(
    candidates,
    seatsOf(policies, seated),
    roomOf(context, policies, seated),
    context.now(),
  );
  const retries = ready.map((item) => item.retryAt).filter((at) => at !== undefined && at > context.now());
  return { verdicts, nextRetry: retries.length > 0 ? Math.min(...(retries as number[])) : undefined };
}

/** Records the seats that are given; the events make the runs. */
export async function place(context: Context): Promise<Placement> {
  const placement = await considerAll(context);
  const starts = placement.verdicts.filter((verdict) => verdict.verdict === 'start');
  if (starts.length === 0) return placement;
  const ready = new Map((await itemsIn(context.db, 'ready')).map((item) => [item.id, item]));
  const events: NewEvent[] = [];
  for (const { id, agent, worker } of starts) {
    const item = ready.get(id);
    if (!item?.request) continue;
    const routed = route(await storedPolicy(context, context.db, item.repo.id), item.request.snapshot.labels);
    if ('code' in routed) continue;
    const run = context.newId();
    const { profile, runner } = routed;
    const given = { id: run, kind: 'implement' as const, agent, worker, profile, runner, workspace: run };
    events.push({ id: `seat/${run}`, item: id, event: { type: 'seat_given', run: given } });
  }
  await addEvents(context.db, events, context.now());
  return placement;
}

/** An item whose seat has vanished from the configuration since it was asked for waits; it is asked again each pass. */
function candidateOf(item: Item, policies: Map<number, Policy>): Candidate[] {
  const policy = policies.get(item.repo.id);
  const request = item.request;
  if (!policy || !request) return [];
  const routed = route(policy, request.snapshot.labels);
  if ('code' in routed) return [];
  const { priority, held } = readLabels(request.snapshot.labels);
  return [
    {
      id: item.id,
      key: item.key,
      repo: item.repo.id,
      worker: routed.worker.name,
      priority,
      deficit: 0,
      askedAt: request.at,
      held,
      ...(item.retryAt === undefined ? {} : { retryAt: item.retryAt }),
    },
  ];
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

function roomOf(context: Context, policies: Map<number, Policy>, seated: Item[]): Room {
  const inUse = (repo: number) => seated.filter((item) => item.repo.id === repo).length;
  return {
    service: context.settings.ceilings.concurrency - seated.length,
    repos: new Map([...policies].map(([repo, policy]) => [repo, policy.limits.concurrency - inUse(repo)])),
  };
}
