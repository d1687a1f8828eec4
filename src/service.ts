/** Wires the parts of prlt together and starts them: intake first, so that nothing is lost while the rest comes up. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { createProbot } from 'probot';
import { createApp } from './app.ts';
import type { Settings } from './config/settings.ts';
import type { Context } from './engine/context.ts';
import { type Crash, neverCrash } from './engine/crash-points.ts';
import { crashSeams } from './engine/crash-seams.ts';
import { type Engine, startEngine } from './engine/engine.ts';
import { createIntake, type Intake } from './engine/intake.ts';
import { createMetrics } from './engine/metrics.ts';
import { createReadiness } from './engine/readiness.ts';
import { type Recovery, type RecoveryParts, startRecovery } from './engine/recovery.ts';
import { governedOctokit } from './github/client.ts';
import { createGovernor } from './github/governor.ts';
import { startServer } from './http/server.ts';
import { keyToMend } from './messages/runner-waits.ts';
import { openStore, type Store } from './store/open.ts';
import { parkedSteps } from './store/quarantine.ts';
import { refusedKeys } from './store/runner-waits.ts';
import { subscribedEvents } from './subscriptions.ts';
import { wire } from './wiring.ts';

export interface Service {
  /** Where it listens. */
  url: string;
  /** Claims nothing more, closes; running agents go on and are found again at the next start. */
  stop(): Promise<void>;
}

/** @param crash passes the points at which tests have it die */
export async function startService(
  settings: Settings,
  log: Logger,
  crash: Crash = neverCrash,
): Promise<Service> {
  const seams = crashSeams(crash);
  const store = await openStore(settings.dataDir);
  const metrics = createMetrics(store.db);
  const ending = new AbortController();
  let engine: Engine | undefined;
  let recovery: Recovery | undefined;
  let missing = async (): Promise<string[]> => ['The service is starting.'];
  const wake = (): void => engine?.wake();

  const probot = createProbot({
    env: {},
    overrides: {
      appId: settings.appId,
      privateKey: settings.privateKey,
      secret: settings.webhookSecret,
      baseUrl: settings.github.api,
      log: log as never,
      Octokit: governedOctokit(
        createGovernor({
          now: Date.now,
          sleep: (ms) => sleep(ms),
          writesPerMinute: settings.writesPerMinute,
        }),
      ),
    },
  });
  const authenticate = (installation?: number) => probot.auth(installation as number);

  const server = await startServer({
    host: settings.host,
    port: settings.port,
    secret: settings.webhookSecret,
    inbox: seams.inbox(store.inbox),
    log,
    now: Date.now,
    arrived: () => {
      crash('ack:before');
      wake();
    },
    answered: () => crash('ack:after'),
    missing: () => missing(),
    metrics,
    setAside: async () => (await parkedSteps(store.db)).map(({ reason }) => reason),
    waiting: async () =>
      (await refusedKeys(store.db))
        .map(({ sentence, since }) => keyToMend(sentence, since))
        .map(({ says, todo }) => `${says} ${todo}`),
  });

  const begun = (async () => {
    const context = await wire({
      ...{ settings, store, metrics, authenticate, log, wake, crash },
      signal: ending.signal,
    });
    missing = createReadiness(context);
    const intake = seams.intake(createIntake(context));
    await probot.load(createApp(intake));
    if (!ending.signal.aborted) engine = await startEngine(context, intake, probot as never);
    if (!ending.signal.aborted)
      recovery = startRecovery(recoveryParts(context, store, intake), settings.poll);
    return context;
  })();
  begun.catch((error: unknown) => {
    if (ending.signal.aborted) return;
    log.fatal({ err: error }, 'the engine could not start');
    missing = async () => [
      `The engine could not start: ${error instanceof Error ? error.message : String(error)}`,
    ];
  });

  return {
    url: server.url,
    stop: async () => {
      ending.abort();
      await server.close();
      const context = await begun.catch(() => undefined);
      await Promise.all([engine?.stop(), recovery?.stop()]);
      await context?.gateway.stop();
      await store.close();
    },
  };
}

function recoveryParts(context: Context, { inbox }: Store, intake: Intake): RecoveryParts {
  const events = subscribedEvents(createApp(intake));
  const { authenticate, db, log, now, wake } = context;
  return { authenticate, db, inbox, log, now, wants: (event) => events.has(event), arrived: wake };
}
