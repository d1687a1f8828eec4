/** Makes every part that the engine works with, each from the settings and the parts before it. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { command } from '#runners/command/manifest.ts';
import { imageName } from '#runners/image-name.ts';
import { runners } from '#runners/registry.ts';
import { createGitHubBoard } from './boards/github/board.ts';
import { proxiesOf } from './config/network.ts';
import type { Settings } from './config/settings.ts';
import type { Context } from './engine/context.ts';
import type { Crash } from './engine/crash-points.ts';
import { crashSeams } from './engine/crash-seams.ts';
import { createDesk } from './engine/desk.ts';
import { createEgressDesk } from './engine/egress.ts';
import { identify } from './engine/identity.ts';
import { createSecrets, modelKeyName, registrySecretName } from './engine/known-secrets.ts';
import type { Metrics } from './engine/metrics.ts';
import { usableRunners } from './engine/model-choice.ts';
import { openQuarantine } from './engine/quarantine.ts';
import { createBell } from './engine/signals.ts';
import { createModelDesk } from './engine/spending.ts';
import { createToolDesk } from './engine/tools.ts';
import { createWayOut } from './gateway/egress/way-out.ts';
import { createGateway } from './gateway/gateway.ts';
import { createModels } from './gateway/models/models.ts';
import { registryAccess } from './gateway/registries/credentials.ts';
import { createGit } from './git/git-process.ts';
import { createHandover } from './git/handover.ts';
import { createMirrors } from './git/mirrors.ts';
import type { Authenticate } from './github/client.ts';
import { runtimes } from './runtimes/registry.ts';
import { restoredName } from './store/backup.ts';
import { newUlid } from './store/ids.ts';
import { metaValue } from './store/meta.ts';
import type { Store } from './store/open.ts';
export interface WiringParts {
  settings: Settings;
  store: Store;
  metrics: Metrics;
  authenticate: Authenticate;
  log: Logger;
  wake: () => void;
  crash: Crash;
  /** Aborts when the service stops before it has started. */
  signal: AbortSignal;
}

export async function wire(parts: WiringParts): Promise<Context> {
  const { settings, metrics, authenticate, log, wake, crash, signal } = parts;
  const { db } = parts.store;
  const seams = crashSeams(crash);
  const { dataDir } = settings;
  const [installation, markerKey, restored, identity, git] = await Promise.all([
    metaValue(db, 'installation', newUlid),
    metaValue(db, 'marker-key', () => crypto.randomUUID() + crypto.randomUUID()),
    metaValue(db, restoredName, () => ''),
    patiently(() => identify(db, authenticate, settings.appId), log, signal),
    createGit({ dir: join(dataDir, 'git'), env: process.env, signal }),
  ]);
  const bell = createBell();
  const quarantine = await openQuarantine({ db, log, now: Date.now, wake, keep: settings.keep });
  const handover = seams.handover(createHandover({ dir: join(dataDir, 'handover'), git }));
  const secrets = createSecrets(settings, [{ name: 'the key of the markers', value: markerKey }]);
  const tools = createToolDesk({ db, now: Date.now, wake, redact: secrets.redact });
  const egress = {
    desk: createEgressDesk({ db, hosts: settings.ceilings.hosts, log, now: Date.now }),
    wayOut: createWayOut({ privateHosts: settings.privateHosts, proxies: proxiesOf(process.env) }),
    registries: registryAccess(settings.registries, process.env, Date.now, (name, value) =>
      secrets.learn(registrySecretName(name), value),
    ),
  };
  const usable = usableRunners(
    runners.map((runner) => ({ ...runner, image: imageName(runner) })),
    settings.models.providers,
  );
  const desk = seams.desk(createDesk({ db, handover, bell, log, runners: usable, now: Date.now, wake }));
  const modelDesk = createModelDesk({
    ...{ db, log, bell, now: Date.now, wake, ...settings.models, runners: usable },
    dayCeiling: settings.ceilings.spend.day,
    counted: metrics.modelCall,
  });
  const models = createModels({
    providers: settings.models.providers,
    desk: modelDesk,
    log,
    now: Date.now,
    env: process.env,
    learned: (provider, key) => secrets.learn(modelKeyName(provider), key),
    proxies: proxiesOf(process.env),
  });
  const runtime = runtimes[settings.runtime]({
    dataDir,
    installation,
    engineRuntime: settings.containerRuntime,
    probeImage: imageName(command),
    runnerImages: runners.map(imageName),
    shimEntry: join(import.meta.dirname, '../runners/shim/main.ts'),
    created: () => crash('launch:created'),
    log,
  });
  return {
    settings,
    db,
    log,
    now: Date.now,
    newId: newUlid,
    identity,
    markerKey,
    restored: restored !== '',
    authenticate,
    board: createGitHubBoard(authenticate, settings.appId),
    mirrors: seams.mirrors(createMirrors({ dir: join(dataDir, 'mirrors'), git })),
    handover,
    gateway: seams.gateway(createGateway({ dir: join(dataDir, 's'), desk, tools, models, egress, log })),
    runtime: seams.runtime(runtime),
    bell,
    secrets,
    quarantine,
    crash,
    runners: usable,
    wake,
  };
}

/** Tries until it works: GitHub may not answer yet when the machine has just started. */
async function patiently<T>(attempt: () => Promise<T>, log: Logger, signal: AbortSignal): Promise<T> {
  for (let pause = 1_000; ; pause = Math.min(pause * 2, 30_000)) {
    try {
      return await attempt();
    } catch (error) {
      log.warn({ err: error }, `GitHub does not say who this App is; trying again in ${pause / 1000} s`);
      await sleep(pause, undefined, { signal });
    }
  }
}
