/** The engine's side of model calls: lets them through while money is left, counts them, and says when it runs out. */
import type { Logger } from 'pino';
import type { RunnerManifest } from '#runners/manifest.ts';
import type { ModelProvider } from '../core/models.ts';
import { costOf, type PriceTable } from '../core/pricing.ts';
import type { AskedCall, ModelCall, ModelDesk } from '../gateway/desk.ts';
import { daySpent, notOfRunner, runIsOverForModels, runSpent, runsShort } from '../messages/spending.ts';
import { addEvents } from '../store/events.ts';
import type { Db, Tx } from '../store/open.ts';
import { addMessage, runById } from '../store/runs.ts';
import {
  countCall,
  dayOf,
  failedInARow,
  type RunSpending,
  spendingOf,
  spentOnDay,
} from '../store/spending.ts';
import { messagesFor } from './desk.ts';
import { createInFlight } from './in-flight.ts';
import { pricingWith } from './known-prices.ts';
import type { Bell } from './signals.ts';
import { wrapUpHint, wrapUpOf } from './wrap-up.ts';

export interface ModelDeskParts {
  db: Db;
  log: Logger;
  bell: Bell;
  now: () => number;
  wake: () => void;
  providers: readonly Pick<ModelProvider, 'name' | 'api'>[];
  prices: PriceTable;
  runners: ReadonlyMap<string, Pick<RunnerManifest, 'model' | 'acp'>>;
  /** Most that the models of one repository may cost in a UTC day, millionths of a US dollar. */
  dayCeiling: number;
  /** Hears of each call that was counted; `model` is the name of its row in the table of prices. */
  counted: (call: ModelCall, model: string, cost: number) => void;
}

/** The share of its cap at which a run is told to come to an end. */
const short = 0.8;
const bytesPerToken = 4;
/** A run whose calls have all failed for so long, and so often, is stopped and waits for its provider. */
const starved = { times: 4, ms: 180_000 };

interface Counting {
  run: string;
  call: ModelCall;
  resolve: () => void;
}

type Admission = Awaited<ReturnType<ModelDesk['admit']>>;

export function createModelDesk(parts: ModelDeskParts): ModelDesk {
  const { db, log, now } = parts;
  const inFlight = createInFlight();
  const pricing = pricingWith(parts.prices, log);
  /** By run: what was spent and could not be stored. It counts as long as this process lives. */
  const unstored = new Map<string, number>();
  let gathered: Counting[] = [];

  const costFor = ({ provider, model, usage }: ModelCall): number =>
    costOf(pricing(provider, model).price, usage);

  /** What is sure to be paid for a call: what it sends. */
  const surely = (provider: string, model: string, bytes: number): number => {
    const tokens = { input: Math.ceil(bytes / bytesPerToken), output: 0, cacheRead: 0, cacheWrite: 0 };
    return costOf(pricing(provider, model).price, tokens);
  };

  /** Undefined while money is left. Other runs may have used the day's up, so that nothing else stops this one. */
  const exhausted = async (spending: RunSpending): Promise<string | undefined> => {
    if (spending.spent >= spending.cap) return runSpent(spending);
    const spent = await spentOnDay(db, spending.repo, dayOf(now()));
    if (spent < parts.dayCeiling) return undefined;
    await overLimit(db, spending, 'spend_day');
    parts.wake();
    return daySpent({ spent, ceiling: parts.dayCeiling });
  };

  const overLimit = (
    to: Db | Tx,
    { run, item }: RunSpending,
    limit: 'spend' | 'spend_day',
  ): Promise<void> => {
    const event = { type: 'run_over_limit', run, limit } as const;
    return addEvents(to, [{ id: `run/${run}/over/${limit}`, item, event }], now());
  };

  const spendingNow = async (run: string): Promise<RunSpending | undefined> => {
    const stored = await spendingOf(db, run);
    return stored && { ...stored, spent: stored.spent + (unstored.get(run) ?? 0) };
  };

  const admit = async (run: string, call: AskedCall): Promise<Admission> => {
    const row = await runById(db, run);
    if (row?.state !== 'live') return { kind: 'refused', status: 410, reason: runIsOverForModels };
    const api = parts.providers.find(({ name }) => name === call.provider)?.api;
    const runner = parts.runners.get(row.assignment.agent.runner);
    const apis = runner?.model?.apis;
    if (!api || (apis && !apis.includes(api))) {
      return {
        kind: 'refused',
        status: 403,
        reason: notOfRunner(call.provider, row.assignment.agent.runner),
      };
    }
    const surest = call.billed ? surely(call.provider, call.model ?? '', call.billed.bytes) : 0;
    for (;;) {
      const spending = await spendingNow(run);
      const reason = spending ? await exhausted(spending) : runSpent({ spent: 0, cap: 0 });
      if (reason !== undefined || !spending) return { kind: 'refused', status: 402, reason: reason ?? '' };
      if (!call.billed) return { kind: 'go' };
      // The shim has no way to tell it in its running turn.
      const isNear = spending.spent >= spending.cap * short;
      const hint = isNear && runner?.acp.steering === false ? await wrapUpHint(db, run) : undefined;
      if (inFlight.begin(run, surest, spending.cap - spending.spent)) {
        return { kind: 'go', ...(hint === undefined ? {} : { hint }) };
      }
      if (!(await inFlight.change(run, call.billed.signal))) {
        return { kind: 'refused', status: 410, reason: runIsOverForModels };
      }
    }
  };

  /** Whether somebody is to hear of it. */
  const count = async (tx: Tx, { run, call }: Counting): Promise<boolean> => {
    const { usage, asked: _, ...told } = call;
    const { cacheWriteLong: __, ...tokens } = usage;
    const before = await spendingOf(tx, run);
    if (!before) return false;
    const cost = costFor(call);
    await countCall(tx, { run, repo: before.repo, at: now(), ...told, ...tokens, cost });
    const well = call.status >= 200 && call.status < 300 && !call.broken;
    if (!well && (await starves(tx, before))) return true;
    return warn(tx, before, before.spent + cost);
  };

  /** Some CLIs never give up asking a provider that is away. */
  const starves = async (tx: Tx, { run, item }: RunSpending): Promise<boolean> => {
    const { times, since = now() } = await failedInARow(tx, run);
    if (times < starved.times || now() - since < starved.ms) return false;
    await addEvents(tx, [{ id: `run/${run}/starved`, item, event: { type: 'run_starved', run } }], now());
    return true;
  };

  /** All that ended in one turn of the loop share one wait for the disk. */
  const store = async (batch: Counting[]): Promise<void> => {
    try {
      const warned = await db.transaction().execute(async (tx) => {
        const runs: string[] = [];
        for (const one of batch) if (await count(tx, one)) runs.push(one.run);
        return runs;
      });
      for (const run of warned) parts.bell.ring(messagesFor(run));
      if (warned.length > 0) parts.wake();
    } catch (error) {
      log.error({ runs: batch.map(({ run }) => run), err: error }, 'model calls could not be counted');
      for (const { run, call } of batch) unstored.set(run, (unstored.get(run) ?? 0) + costFor(call));
    }
    for (const { run, call, resolve } of batch) {
      parts.counted(call, pricing(call.provider, call.model).name, costFor(call));
      inFlight.end(run, surely(call.provider, call.model, call.asked));
      resolve();
    }
  };

  /** Once for each threshold that this call has taken the run past. */
  const warn = async (tx: Tx, spending: RunSpending, after: number): Promise<boolean> => {
    const { run, cap, spent } = spending;
    const passes = (mark: number): boolean => spent < mark && after >= mark;
    if (passes(cap)) {
      await overLimit(tx, spending, 'spend');
      return true;
    }
    if (!passes(cap * short) || (await runById(tx, run))?.state !== 'live') return false;
    const reason = runsShort({ spent: after, cap });
    await addMessage(tx, run, wrapUpOf(run), { type: 'wrap_up', reason });
    return true;
  };

  return {
    admit,
    settle: (run, call) =>
      new Promise((resolve) => {
        if (gathered.length === 0) {
          setImmediate(() => {
            const batch = gathered;
            gathered = [];
            void store(batch);
          });
        }
        gathered.push({ run, call, resolve });
      }),
  };
}
