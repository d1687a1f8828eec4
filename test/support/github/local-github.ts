/** The project's own GitHub: real git, GitHub's own schemas, one port. Tests, the demo and contributors share it. */

import { createPublicKey } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Actor, createActor } from './actors/actor.ts';
import { type Administration, createAdministration } from './actors/administration.ts';
import { createViews, type Views } from './actors/views.ts';
import { type AppOptions, makeKeys, registerApp } from './app-options.ts';
import { createContract } from './contract/contract.ts';
import { loadDescription } from './contract/description.ts';
import { createFaults, type Faults } from './faults.ts';
import { createGit } from './git/git.ts';
import { createGraphQLEndpoint } from './graphql/endpoint.ts';
import { createSchemaLoader } from './graphql/schema.ts';
import { createIds } from './ids.ts';
import { createMeter, type Limits } from './limits.ts';
import { type LoggedRequest, notifies } from './requests.ts';
import { createApi } from './rest/api.ts';
import { createRouter } from './rest/router.ts';
import { allRoutes } from './rest/routes/index.ts';
import { startServer } from './server.ts';
import { type AppRegistrations, createAppRegistrations, type Registration } from './web/app-manifest.ts';
import { announceTo } from './webhooks/announce.ts';
import {
  createWebhooks,
  type Delivery,
  type WebhookFaults,
  type WebhookTarget,
} from './webhooks/deliveries.ts';
import type { ContractViolation, World } from './world.ts';

export interface LocalGitHubOptions {
  /** 0 or absent: any free port. */
  readonly port?: number;
  /** Milliseconds since 1970; the machine's clock when left out. */
  readonly clock?: () => number;
  readonly webhook?: WebhookTarget;
  readonly app?: AppOptions;
}

/** The app under test, with what its own settings page would show. */
export interface AppCredentials {
  readonly id: number;
  readonly slug: string;
  readonly clientId: string;
  readonly privateKey: string;
  readonly webhookSecret: string;
  /** Throws when the app is not installed there. */
  installationId(owner: string): number;
}

export interface LocalGitHub extends Views, Administration {
  /** `http://127.0.0.1:<port>`; the API is at `/api/v3`, git at `/<owner>/<repo>.git`. */
  readonly url: string;
  readonly app: AppCredentials;
  setWebhook(target: WebhookTarget): void;
  /** A person; made when nobody of that login exists. */
  as(login: string): Actor;
  readonly requests: readonly LoggedRequest[];
  /** Requests that changed something. */
  writes(): LoggedRequest[];
  /** Requests that notified people: comments, pull requests and reviews that were new. */
  notifications(): LoggedRequest[];
  readonly deliveries: readonly Delivery[];
  /** Apps made from manifests, newest last. */
  readonly registrations: readonly Registration[];
  /** Answers of ours that GitHub would not give, and calls nobody built yet. Tests end with it empty. */
  readonly contractViolations: readonly ContractViolation[];
  readonly faults: Omit<Faults, 'take'>;
  readonly webhooks: WebhookFaults;
  readonly limits: Limits;
  close(): Promise<void>;
}

export async function startLocalGitHub(options: LocalGitHubOptions = {}): Promise<LocalGitHub> {
  const clock = options.clock ?? Date.now;
  const dir = await mkdtemp(join(tmpdir(), 'local-github-'));
  await mkdir(join(dir, 'git'));
  const [description, keys] = await Promise.all([loadDescription(), keysFor(options.app)]);
  const ids = createIds();
  const world: World = {
    url: '',
    dir,
    clock,
    ids,
    git: createGit(dir),
    users: new Map(),
    repos: new Map(),
    names: new Map(),
    apps: [],
    installations: [],
    tokens: new Map(),
    violations: [],
    announce: (what) => announceTo(world, webhooks, what),
  };
  const app = registerApp(world, options.app ?? {}, keys.publicKey);
  registerApp(world, { id: 15_368, slug: 'github-actions', events: [] }, keys.publicKey);
  const webhooks = createWebhooks({ clock, nextId: () => ids.next(), hookId: 500_000_001, appId: app.id });
  webhooks.target = options.webhook ?? null;

  const meter = createMeter(clock);
  const faults = createFaults();
  const log: LoggedRequest[] = [];
  const registrations: AppRegistrations = createAppRegistrations(world);
  const contract = createContract(description);
  const router = createRouter(contract, allRoutes({ meter, webhooks, registrations }));
  const server = await startServer(
    {
      world,
      faults,
      log,
      rest: createApi({ world, contract, router, meter }),
      registrations,
      graphql: createGraphQLEndpoint({ world, meter, schema: createSchemaLoader() }),
    },
    options.port ?? 0,
  );
  world.url = `http://127.0.0.1:${server.port}`;
  const administration = createAdministration(world, app);

  return {
    ...createViews(world),
    ...administration,
    url: world.url,
    app: {
      id: app.id,
      slug: app.slug,
      clientId: app.clientId,
      privateKey: keys.privateKey,
      get webhookSecret() {
        return webhooks.target?.secret ?? '';
      },
      installationId: (owner) => administration.installation(owner).id,
    },
    setWebhook(target) {
      webhooks.target = target;
    },
    as: (login) => createActor(world, login),
    requests: log,
    writes: () => log.filter((each) => each.writes),
    notifications: () => log.filter(notifies),
    deliveries: webhooks.deliveries,
    registrations: registrations.made,
    contractViolations: world.violations,
    faults,
    webhooks,
    limits: meter,
    async close() {
      await webhooks.stop();
      await server.close();
      await Promise.all([...world.repos.values()].map((repo) => repo.lastWrite));
      await rm(dir, { recursive: true, force: true });
    },
  };
}

async function keysFor(app: AppOptions | undefined) {
  if (app?.privateKey === undefined) return makeKeys();
  const publicKey = createPublicKey(app.privateKey).export({ type: 'spki', format: 'pem' }).toString();
  return { privateKey: app.privateKey, publicKey };
}
