/** Carries deliveries from the inbox into the webhook handlers, in order for one subject, several subjects at a time. */
import PQueue from 'p-queue';
import { githubFailure } from '../github/failures.ts';
import { setAside } from '../messages/quarantine.ts';
import { decompress } from '../store/compression.ts';
import {
  deliveryDone,
  deliveryFailed,
  nextDelivery,
  type PendingDelivery,
  pendingDeliveries,
} from '../store/deliveries.ts';
import type { Step } from '../store/quarantine.ts';
import type { Context } from './context.ts';
import { patience as deaths, steps } from './quarantine.ts';

export interface Receiver {
  receive(event: { id: string; name: string; payload: unknown }): Promise<void>;
}

export interface DeliveryPump {
  /** Takes up what is due; returns when the next postponed one is due, milliseconds since the epoch. */
  pump(receiver: Receiver): Promise<number | undefined>;
  /** Takes up nothing more and waits for what is under way. */
  stop(): Promise<void>;
}

const batch = 100;
const concurrency = 8;
const mostAttempts = 20;
/** Milliseconds. */
const lookAgain = 1_000;

export function createDeliveryPump(context: Context): DeliveryPump {
  const queue = new PQueue({ concurrency });
  const underWay = new Set<string>();
  const chains = new Map<string, Promise<void>>();
  let stopped = false;

  const handle = async (receiver: Receiver, delivery: PendingDelivery, payload: unknown): Promise<void> => {
    if (stopped) return;
    if (payload === undefined) return giveUp(context, delivery, 'The body is not JSON.');
    try {
      context.crash('handle:before');
      await receiver.receive({ id: delivery.guid, name: delivery.event, payload });
      await context.db.transaction().execute(async (tx) => {
        await deliveryDone(tx, delivery.guid);
        await context.quarantine.back(tx, steps.delivery(delivery.guid));
      });
      context.crash('handle:after');
    } catch (error) {
      await postpone(context, delivery, error);
    }
  };

  const take = (receiver: Receiver, delivery: PendingDelivery): void => {
    const payload = payloadOf(delivery);
    const subject = subjectOf(payload);
    const before = chains.get(subject) ?? Promise.resolve();
    underWay.add(delivery.guid);
    const mine = before.then(() => queue.add(() => handle(receiver, delivery, payload)));
    const settled = mine.then(
      () => undefined,
      (error: unknown) =>
        context.log.error({ err: error, delivery: delivery.guid }, 'delivery could not be handled'),
    );
    chains.set(subject, settled);
    void settled.then(() => {
      underWay.delete(delivery.guid);
      context.quarantine.over(steps.delivery(delivery.guid));
      if (chains.get(subject) === settled) chains.delete(subject);
      context.wake();
    });
  };

  return {
    pump: async (receiver) => {
      if (stopped) return undefined;
      const due = await pendingDeliveries(context.db, 'github', context.now(), batch + underWay.size);
      const fresh = new Map<string, PendingDelivery>();
      for (const delivery of due) {
        if (underWay.has(delivery.guid)) continue;
        const step = steps.delivery(delivery.guid);
        if (context.quarantine.isCondemned(step)) await park(context, delivery);
        else fresh.set(step.step, delivery);
      }
      const admitted = context.quarantine.admit([...fresh.values()].map(({ guid }) => steps.delivery(guid)));
      await begin(context, admitted);
      for (const { step } of admitted) {
        const delivery = fresh.get(step);
        if (delivery) take(receiver, delivery);
      }
      // One that may not be begun now is due all the same.
      if (admitted.length < fresh.size) return context.now() + lookAgain;
      return underWay.size > 0 ? undefined : nextDelivery(context.db);
    },
    stop: async () => {
      stopped = true;
      await Promise.all(chains.values());
    },
  };
}

async function begin({ db, quarantine }: Context, admitted: readonly Step[]): Promise<void> {
  try {
    await quarantine.begin(db, admitted);
  } catch (error) {
    for (const step of admitted) quarantine.over(step);
    throw error;
  }
}

/** Sets aside what the process dies under. */
async function park(context: Context, { guid, event }: PendingDelivery): Promise<void> {
  const reason = setAside(`webhook ${event}, delivery ${guid}`, deaths.alone);
  await context.db.transaction().execute(async (tx) => {
    await deliveryFailed(tx, guid, reason, undefined);
    await context.quarantine.park(tx, steps.delivery(guid), reason);
  });
}

async function giveUp(context: Context, delivery: PendingDelivery, why: string): Promise<void> {
  context.log.warn({ delivery: delivery.guid }, `delivery given up: ${why}`);
  await failed(context, delivery, why, undefined);
}

async function failed(
  { db, quarantine }: Context,
  { guid }: PendingDelivery,
  why: string,
  again: number | undefined,
): Promise<void> {
  await db.transaction().execute(async (tx) => {
    await deliveryFailed(tx, guid, why, again);
    await quarantine.back(tx, steps.delivery(guid));
  });
}

async function postpone(context: Context, delivery: PendingDelivery, error: unknown): Promise<void> {
  const cause = error instanceof AggregateError ? error.errors[0] : error;
  const failure = githubFailure(cause);
  const patient = failure?.kind === 'later';
  const wait = Math.min(1_000 * 2 ** delivery.attempts, 300_000);
  const again = patient && failure.at !== undefined ? failure.at : context.now() + wait;
  const message = cause instanceof Error ? cause.message : String(cause);
  const hopeless = !patient && delivery.attempts + 1 >= (failure ? 3 : mostAttempts);
  context.log.warn(
    { err: cause, delivery: delivery.guid },
    hopeless ? 'delivery given up' : 'delivery postponed',
  );
  await failed(context, delivery, message, hopeless ? undefined : again);
}

/** Undefined when it is no JSON: the door lets in whatever is signed. */
function payloadOf(delivery: PendingDelivery): unknown {
  try {
    return JSON.parse(decompress(delivery).toString('utf8'));
  } catch {
    return undefined;
  }
}

/** What must not overtake itself: the issue or pull request, else the repository, else nothing. */
function subjectOf(payload: unknown): string {
  const { issue, pull_request, repository } = (payload ?? {}) as Record<
    string,
    { node_id?: string } | undefined
  >;
  return issue?.node_id ?? pull_request?.node_id ?? repository?.node_id ?? 'none';
}
