/** Sends what the ledger intends: the head of every lane, items beside each other, nothing twice. */
import type { EffectKind } from '../core/effect.ts';
import { githubFailure } from '../github/failures.ts';
import { internal } from '../messages/internal.ts';
import { setAside } from '../messages/quarantine.ts';
import { confirm, drop, type LedgerRow, laneHeads, markSent, postpone, rearm } from '../store/effects.ts';
import { addEvents } from '../store/events.ts';
import { itemById } from '../store/items.ts';
import { takeUpRefused } from '../store/refused-effects.ts';
import type { Context } from './context.ts';
import type { Executor, Executors, Outcome } from './executor.ts';
import { afterGivingUp } from './giving-up.ts';
import { patience as deaths, steps } from './quarantine.ts';

export interface Outbox {
  /** Starts what is due; returns when the next postponed effect is due, milliseconds since the epoch. */
  pump(): Promise<number | undefined>;
  /** Starts nothing more and waits for what is under way, at most `patience` milliseconds. */
  stop(patience: number): Promise<void>;
}

const longestPause = 300_000;
const shownWhenPutOff: ReadonlySet<string> = new Set(['run', 'code']);
/** A fault of our own is not repeated for ever: after so many tries the effect is given up and logged. */
const mostFaults = 8;

/** A state to reach is due when the App may write again. Refused, it is tried for four days, and holds up nothing. */
const mostRefusals = 100;
const longestRefused = 3_600_000;

export function createOutbox(context: Context, executors: Executors): Outbox {
  const underWay = new Map<string, Promise<void>>();
  const ending = new AbortController();

  const send = async (row: LedgerRow): Promise<void> => {
    const item = await itemById(context.db, row.item);
    if (!item) throw new Error(`effect ${row.key} of an item that is not there`);
    const { kind } = row.effect;
    if (context.quarantine.isCondemned(stepOf(row))) return park(context, row);
    context.crash(`effect:${kind}:before`);
    await context.db.transaction().execute(async (tx) => {
      await context.quarantine.begin(tx, [stepOf(row)]);
      await markSent(tx, row.key, context.now());
    });
    const execute = executors[kind] as Executor<EffectKind>;
    let outcome: Outcome;
    try {
      outcome = await execute(context, {
        effect: row.effect,
        item,
        again: row.sentBefore || row.attempts > 0 || context.restored,
        attempts: row.attempts,
        receipt: row.receipt,
        signal: ending.signal,
      });
    } catch (error) {
      outcome = failed(context, row, error);
    }
    context.crash(`effect:${kind}:sent`);
    await record(context, row, outcome);
    context.crash(`effect:${kind}:after`);
    if (outcome.kind === 'done') await outcome.afterwards?.();
  };

  const begin = (row: LedgerRow): void => {
    const lane = `${row.item}/${row.lane}`;
    const mine = send(row)
      .catch((error: unknown) =>
        context.log.error({ err: error, effect: row.key }, 'effect could not be recorded'),
      )
      .then(() => {
        underWay.delete(lane);
        context.quarantine.over(stepOf(row));
        context.wake();
      });
    underWay.set(lane, mine);
  };

  return {
    pump: async () => {
      if (ending.signal.aborted) return undefined;
      const now = context.now();
      const refused = await takeUpRefused(context.db, now);
      const heads = await laneHeads(context.db, now);
      const idle = heads.filter((row) => !underWay.has(`${row.item}/${row.lane}`));
      const due = new Map(idle.filter((row) => row.notBefore <= now).map((row) => [stepOf(row).step, row]));
      for (const { step } of context.quarantine.admit([...due.values()].map(stepOf))) {
        const row = due.get(step);
        if (row) begin(row);
      }
      const waiting = idle.filter((row) => row.notBefore > now).map((row) => row.notBefore);
      if (refused !== undefined) waiting.push(refused);
      return waiting.length > 0 ? Math.min(...waiting) : undefined;
    },
    stop: async (patience) => {
      ending.abort();
      const { promise: enough, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, patience);
      await Promise.race([Promise.all(underWay.values()), enough]);
      clearTimeout(timer);
    },
  };
}

function stepOf(row: LedgerRow) {
  return steps.effect(row.key, row.item);
}

/** Sets aside what the process dies under; the item stops by name where it cannot go on without it. */
async function park(context: Context, row: LedgerRow): Promise<void> {
  const reason = setAside(row.effect.kind, deaths.alone);
  const events = afterGivingUp(row.effect, undefined, reason, 'QUARANTINED');
  await record(context, row, { kind: 'dropped', reason, events }, reason);
}

/** GitHub's bad hours and shutdowns leave the effect open; refusals end it; our own faults are tried a few times. */
function failed(context: Context, row: LedgerRow, error: unknown): Outcome {
  const failure = githubFailure(error);
  const reason = error instanceof Error ? error.message : String(error);
  const pause = Math.min(1_000 * 2 ** row.attempts, longestPause);
  if (failure?.kind === 'later') {
    const after = failure.at === undefined ? pause : failure.at - context.now();
    return { kind: 'later', after, reason: `GITHUB_UNAVAILABLE: ${reason}` };
  }
  context.log.error({ err: error, effect: row.key }, 'effect failed');
  if (failure?.kind === 'forbidden' && row.effect.level && row.attempts < mostRefusals) {
    const again = Math.min(30_000 * 2 ** row.attempts, longestRefused);
    return { kind: 'dropped', reason: failure.reason, again };
  }
  const final = failure ?? row.attempts + 1 >= mostFaults;
  if (!final) return { kind: 'later', after: pause, reason };
  if (failure) {
    const events = afterGivingUp(row.effect, failure.kind, failure.reason);
    return { kind: 'dropped', reason: failure.reason, events };
  }
  const said = internal(row.key);
  return { kind: 'dropped', reason: said, events: afterGivingUp(row.effect, undefined, said, 'INTERNAL') };
}

async function record(context: Context, row: LedgerRow, outcome: Outcome, parked?: string): Promise<void> {
  const now = context.now();
  await context.db.transaction().execute(async (tx) => {
    if (parked === undefined) await context.quarantine.back(tx, stepOf(row));
    else await context.quarantine.park(tx, stepOf(row), parked);
    if (outcome.kind === 'later') {
      const { after, reason, receipt } = outcome;
      await postpone(tx, row.key, now + Math.max(after, 0), reason, now, receipt);
      // People see why nothing moves, once; what the comment itself waits for cannot be said in it.
      const showAt = row.attempts === 0 ? now : now + 60_000;
      if (shownWhenPutOff.has(row.lane)) await rearm(tx, `${row.item}/status-comment`, showAt, now);
      return;
    }
    const events = (outcome.events ?? []).map((event, index) => ({
      id: `${row.key}/${row.version}/${index}`,
      item: row.item,
      event,
    }));
    await addEvents(tx, events, now);
    if (outcome.kind === 'done') await confirm(tx, row, outcome.receipt, now);
    else await drop(tx, row.key, outcome.reason, now, outcome.again);
    if (parked !== undefined || isNewsOfCheck(row, outcome))
      await rearm(tx, `${row.item}/status-comment`, now, now);
  });
}

/** The status comment says that a check could not be set, and no longer once it could. */
function isNewsOfCheck({ effect, attempts }: LedgerRow, outcome: Outcome): boolean {
  if (effect.kind !== 'set-check') return false;
  return outcome.kind === 'done' ? attempts > 0 : outcome.kind === 'dropped' && outcome.again !== undefined;
}
