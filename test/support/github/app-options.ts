/** The app under test: its defaults, its key pair, and how it is registered in the world. */
import { generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';
import type { App, Permissions } from './model.ts';
import { ensureUser } from './state/users.ts';
import { now, type World } from './world.ts';

export interface AppOptions {
  readonly id?: number;
  readonly slug?: string;
  readonly permissions?: Permissions;
  readonly events?: readonly string[];
  /** PEM; made fresh when left out. */
  readonly privateKey?: string;
}

const PERMISSIONS: Permissions = {
  metadata: 'read',
  contents: 'write',
  issues: 'write',
  pull_requests: 'write',
  checks: 'write',
  statuses: 'read',
};

const EVENTS: readonly string[] = [
  'issues',
  'issue_comment',
  'pull_request',
  'pull_request_review',
  'pull_request_review_comment',
  'check_run',
  'check_suite',
  'push',
  'create',
  'delete',
  'repository',
];

export interface KeyPair {
  readonly privateKey: string;
  readonly publicKey: string;
}

/** An RSA pair in PEM, PKCS#1 for the private half as GitHub hands it out. */
export async function makeKeys(): Promise<KeyPair> {
  return promisify(generateKeyPair)('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  });
}

export function registerApp(world: World, options: AppOptions, publicKey: string): App {
  const slug = options.slug ?? 'prlt';
  const app: App = {
    id: options.id ?? 1_234_567,
    nodeId: world.ids.node('A'),
    slug,
    clientId: `Iv23li${Buffer.from(slug).toString('hex').padEnd(14, '0').slice(0, 14)}`,
    owner: ensureUser(world, `${slug}-makers`, 'Organization'),
    bot: ensureUser(world, `${slug}[bot]`, 'Bot'),
    permissions: options.permissions ?? PERMISSIONS,
    events: options.events ?? EVENTS,
    publicKey,
    createdAt: now(world),
  };
  world.apps.push(app);
  return app;
}
