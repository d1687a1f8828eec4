/** The engine: one loop decides, places and sends; beside it one compares with the runtime, one scans and sweeps. */
import { openRuns } from '../store/runs.ts';
import type { Context } from './context.ts';
import { createDeliveryPump, type Receiver } from './deliveries.ts';
import { watchDisk } from './disk-watch.ts';
import { executors } from './effects/registry.ts';
import { createHoldNews } from './hold-news.ts';
import { watchInstallations } from './installations.ts';
import type { Intake } from './intake.ts';
import { dropKeptRef } from './kept-refs.ts';
import { createLoop } from './loop.ts';
import { createOutbox } from './outbox.ts';
import { place } from './place.ts';
import { reconcile } from './reconcile.ts';
import { createRetention } from './retention.ts';
import { scan } from './scan.ts';
import { settle } from './settle.ts';
import { sweep } from './sweep.ts';

export interface Engine {
  wake(): void;
  /** Claims and sends nothing more; running agents are left to go on. */
  stop(): Promise<void>;
}

/**
 * Pauses in milliseconds: between looks at runs under way, between looks at none, between looks at their installations (a
 * run that is then told to stop has half a minute for it, and is over within a minute), between scans, between searches
 * for what may be forgotten, and between the steps of one: the inbox wants to write too.
 */
const pauses = {
  busy: 2_000,
  idle: 30_000,
  owners: 25_000,
  scan: 300_000,
  forget: 3_600_000,
  forgetting: 200,
};
/** How long effects under way may take to finish at shutdown, milliseconds. */
const patience = 6_000;

export async function startEngine(context: Context, intake: Intake, receiver: Receiver): Promise<Engine> {
  const { now, log } = context;
  const startedAt = now();
  await context.gateway.reopenAll((await openRuns(context.db)).map((run) => run.id));
  const deliveries = createDeliveryPump(context);
  const outbox = createOutbox(context, executors);

  const observer = createLoop(
    async () => {
      const busy = await reconcile(context, startedAt);
      return now() + (busy ? pauses.busy : pauses.idle);
    },
    now,
    log,
  );
  const janitor = createLoop(
    async () => {
      await scan(context, intake);
      await sweep(context);
      return now() + pauses.scan;
    },
    now,
    log,
    pauses.scan,
  );
  const guard = createLoop(
    async () => {
      await watchInstallations(context, intake);
      return now() + pauses.owners;
    },
    now,
    log,
  );
  const retention = createRetention(context, (run) => dropKeptRef(context, run));
  const tellHolds = createHoldNews(context);
  const forgetter = createLoop(
    async () => now() + ((await retention.step()) ? pauses.forgetting : pauses.forget),
    now,
    log,
    pauses.forget,
  );
  const meter = createLoop(() => watchDisk(context), now, log);
  const main = createLoop(
    async () => {
      const nextDelivery = await deliveries.pump(receiver);
      const heard = await settle(context);
      const { next: nextSeat, verdicts } = await place(context);
      await tellHolds(verdicts);
      // A run that was launched meanwhile is looked after from now on, not from the next idle look.
      if (heard + (await settle(context)) > 0) observer.wake();
      const nextEffect = await outbox.pump();
      const times = [nextDelivery, nextSeat, nextEffect].filter((at) => at !== undefined);
      return times.length > 0 ? Math.min(...times) : undefined;
    },
    now,
    log,
  );

  const loops = [main, observer, janitor, guard, meter, forgetter];
  for (const loop of loops) loop.wake();
  return {
    wake: main.wake,
    stop: async () => {
      await context.quarantine.ending();
      await Promise.all(loops.map((loop) => loop.stop()));
      await Promise.all([deliveries.stop(), outbox.stop(patience)]);
    },
  };
}
