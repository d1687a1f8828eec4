/** How much room there is for runs: seats, places under limits, the machine's memory and disk, money, providers. */
import type { Budget, Room, RunnerWait, Seats } from '../core/dispatch.ts';
import type { Item } from '../core/item.ts';
import { dollarsOf } from '../core/money.ts';
import type { Policy } from '../core/policy.ts';

import type { StoredWait } from '../store/runner-waits.ts';
import { boundOnDay, dayOf } from '../store/spending.ts';
import type { Context } from './context.ts';
import { shortage } from './watermarks.ts';

export function seatsOf(policies: ReadonlyMap<number, Policy>, seated: Item[]): Seats[] {
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

export async function roomOf(
  context: Context,
  policies: ReadonlyMap<number, Policy>,
  seated: Item[],
  waits: readonly StoredWait[],
): Promise<Room> {
  const { settings } = context;
  const inUse = (repo: number) => seated.filter((item) => item.repo.id === repo).length;
  const [short, budgets] = await Promise.all([shortage(settings), budgetsOf(context, policies)]);
  return {
    service: settings.ceilings.concurrency - seated.length,
    repos: new Map([...policies].map(([repo, policy]) => [repo, policy.limits.concurrency - inUse(repo)])),
    budgets,
    waits: new Map(waits.map((wait) => [wait.runner, waitOf(wait)])),
    ...(short ? { shortage: short } : {}),
  };
}

async function budgetsOf(
  { db, now, settings }: Context,
  policies: ReadonlyMap<number, Policy>,
): Promise<Map<number, Budget>> {
  const day = dayOf(now());
  const budgets = [...policies].map(async ([repo, { limits }]): Promise<[number, Budget]> => {
    const bound = await boundOnDay(db, repo, day);
    // A configuration that was read before the operator lowered the ceiling may say more.
    const most = Math.min(limits.spend.day, settings.ceilings.spend.day);
    const detail = `${dollarsOf(bound)} of ${dollarsOf(most)} for ${day} UTC`;
    return [repo, { left: most - bound, detail }];
  });
  return new Map(await Promise.all(budgets));
}

function waitOf({ until, sentence }: StoredWait): RunnerWait {
  return { until, detail: `${sentence} It is tried again at ${new Date(until).toISOString()}.` };
}
