/** The engine: observe, reconcile, dispatch, send, round and round, woken by new work. */
import { openRuns } from '../store/runs.ts';
import type { Context } from './context.ts';
import { createDeliveryPump, type Receiver } from './deliveries.ts';
import { executors } from './effects/registry.ts';
import { createLoop, type Loop } from './loop.ts';
import { createOutbox } from './outbox.ts';
import { place } from './place.ts';
import { reconcile } from './reconcile.ts';
import { settle } from './settle.ts';

export interface Engine {
  wake(): void;
  /** Claims and sends nothing more; running agents are left to go on. */
  stop(): Promise<void>;
}

/** How often runs under way are compared with the runtime, milliseconds; and when there are none. */
const lookAgain = 2_000;
const lookIdle = 30_000;
/** How long effects under way may take to finish at shutdown, milliseconds. */
const patience = 6_000;

export async function startEngine(context: Context, receiver: Receiver): Promise<Engine> {
  await context.gateway.reopenAll((await openRuns(context.db)).map((run) => run.id));
  const deliveries = createDeliveryPump(context);
  const outbox = createOutbox(context, executors);
  let lookAt = 0;

  const look = async (): Promise<number> => {
    if (context.now() >= lookAt) {
      const busy = await reconcile(context);
      lookAt = context.now() + (busy ? lookAgain : lookIdle);
    }
    return lookAt;
  };

  const pass = async (): Promise<number | undefined> => {
    const nextDelivery = await deliveries.pump(receiver);
    const nextLook = await look();
    await settle(context);
    const { nextRetry } = await place(context);
    if ((await settle(context)) > 0) lookAt = Math.min(lookAt, context.now() + lookAgain);
    const nextEffect = await outbox.pump();
    return Math.min(...[nextDelivery, nextLook, nextRetry, nextEffect].filter((at) => at !== undefined));
  };

  const loop: Loop = createLoop(pass, context.now, context.log);
  loop.wake();
  return {
    wake: loop.wake,
    stop: async () => {
      await loop.stop();
      await Promise.all([deliveries.stop(), outbox.stop(patience)]);
    },
  };
}
