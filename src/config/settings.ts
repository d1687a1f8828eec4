/** The service's settings, from the environment; every problem is found at start and said in one message. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';
import type { Registry } from '#src/core/registry.ts';
import { hosts } from './hosts.ts';
import { type ModelSettings, readModels } from './models.ts';
import type { Ceilings } from './policy.ts';
import { readRegistries } from './registries.ts';
import { dollars, duration, list, size } from './units.ts';

export interface Settings {
  appId: number;
  privateKey: string;
  webhookSecret: string;
  host: string;
  port: number;
  github: { host: string; api: string; web: string; ghe?: { host: string; protocol: string } };
  logLevel: string;
  dataDir: string;
  runtime: 'docker' | 'host';
  /** The engine's name of what runs containers, such as `runsc`; undefined for its usual one. */
  containerRuntime: string | undefined;
  /** Ceilings of the operator; a repository's configuration only narrows them. Milliseconds, bytes, millionths of a US dollar. */
  ceilings: Ceilings;
  /** Canonical `host:port` entries that may lead to private addresses. */
  privateHosts: string[];
  registries: Registry[];
  models: ModelSettings;
  /** Patterns of images that repositories may bring; `*` stands for anything. */
  allowImages: string[];
  /** Whether agents may take configuration, hooks and MCP servers from a repository. */
  allowAgentConfig: boolean;
  /** Writes to GitHub per minute and installation. */
  writesPerMinute: number;
  /** Below these nothing new starts, bytes. */
  watermarks: { disk: number; memory: number };
  /** Largest branch that a run may hand over, bytes. */
  maxBundle: number;
  allowWorkflows: boolean;
  /** How often GitHub is asked for deliveries that had not come, milliseconds. */
  poll: number;
  /** How long what is over is kept, milliseconds. */
  keep: number;
}

export type SettingsResult = { ok: true; settings: Settings } | { ok: false; problems: string[] };

const filled = z.string().trim().min(1);

export const environment = z.object({
  APP_ID: z.coerce
    .number({ error: 'APP_ID is missing: the number on the settings page of the GitHub App.' })
    .int()
    .positive(),
  PRIVATE_KEY: filled.optional(),
  PRIVATE_KEY_PATH: filled.optional(),
  WEBHOOK_SECRET: z
    .string({
      error:
        'WEBHOOK_SECRET is missing: without it anybody could send webhooks. Set the secret of the GitHub App.',
    })
    .min(8, 'WEBHOOK_SECRET is too short: use at least 8 characters, the same as in the GitHub App.')
    .refine(
      (value) => value !== 'development',
      'WEBHOOK_SECRET is "development", which everybody knows. Choose another.',
    ),
  HOST: filled.default('127.0.0.1'),
  PORT: z.coerce.number({ error: 'PORT is not a number.' }).int().min(0).max(65535).default(3000),
  GHE_HOST: filled.optional(),
  GHE_PROTOCOL: z.enum(['http', 'https'], { error: 'GHE_PROTOCOL is http or https.' }).default('https'),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  PRLT_DATA_DIR: filled.default('./data'),
  DATABASE_URL: z
    .string()
    .optional()
    .refine(
      (url) => !url,
      'DATABASE_URL is set, but this version keeps its data in SQLite in PRLT_DATA_DIR only. Unset it.',
    ),
  PRLT_RUNTIME: z
    .enum(['docker', 'host'], { error: 'PRLT_RUNTIME is docker or host in this version.' })
    .default('docker'),
  PRLT_CONTAINER_RUNTIME: z
    .string()
    .regex(
      /^[A-Za-z0-9][\w.-]{0,99}$/,
      'PRLT_CONTAINER_RUNTIME is the name of a runtime that the engine has, such as runsc.',
    )
    .optional(),
  PRLT_MAX_CONCURRENCY: z.coerce
    .number({ error: 'PRLT_MAX_CONCURRENCY is not a number.' })
    .int()
    .positive()
    .default(3),
  PRLT_MAX_RUN: duration.default(3 * 3_600_000),
  PRLT_MAX_MEMORY: size.default(8 * 2 ** 30),
  PRLT_MAX_SPEND_RUN: dollars.default(5_000_000),
  PRLT_MAX_SPEND_DAY: dollars.default(50_000_000),
  PRLT_MAX_BUNDLE: size.default(512 * 2 ** 20),
  PRLT_MAX_WRITES: z.coerce
    .number({ error: 'PRLT_MAX_WRITES is not a number.' })
    .int()
    .positive()
    .default(150),
  PRLT_MIN_DISK: size.default(2 ** 30),
  PRLT_MIN_MEMORY: size.default(256 * 2 ** 20),
  PRLT_POLL: duration
    .refine((ms) => ms >= 1_000, 'PRLT_POLL is at least 1s: GitHub counts every look.')
    .default(300_000),
  PRLT_ALLOW_HOSTS: hosts.default([]),
  PRLT_ALLOW_PRIVATE_HOSTS: hosts.default([]),
  PRLT_REGISTRIES: filled.optional(),
  PRLT_ALLOW_IMAGES: list.default([]),
  PRLT_ALLOW_AGENT_CONFIG: z.enum(['true', 'false']).default('false'),
  PRLT_KEEP_DAYS: z.coerce
    .number({ error: 'PRLT_KEEP_DAYS is not a number.' })
    .int()
    .min(8, 'PRLT_KEEP_DAYS is at least 8: an Enterprise Server repeats deliveries for seven days.')
    .default(14),
  PRLT_ALLOW_WORKFLOWS: z.enum(['true', 'false']).default('false'),
});

/** @param env the process environment; nothing else is read, except the private key's file when it is named. */
export function readSettings(env: Record<string, string | undefined>): SettingsResult {
  const given = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value !== ''),
  );
  const parsed = environment.safeParse(given);
  const problems = parsed.success ? [] : parsed.error.issues.map(sentence);
  const key = readPrivateKey(given);
  if ('problem' in key) problems.push(key.problem);
  const models = readModels(given);
  problems.push(...models.problems);
  const registries = parsed.success
    ? readRegistries(parsed.data.PRLT_REGISTRIES, given, parsed.data.PRLT_ALLOW_PRIVATE_HOSTS)
    : { registries: [], problems: [] };
  problems.push(...registries.problems);
  if (problems.length > 0 || !parsed.success || 'problem' in key) return { ok: false, problems };
  const read = parsed.data;
  return {
    ok: true,
    settings: {
      appId: read.APP_ID,
      privateKey: key.pem,
      webhookSecret: read.WEBHOOK_SECRET,
      host: read.HOST,
      port: read.PORT,
      github: githubAddress(read.GHE_HOST, read.GHE_PROTOCOL),
      logLevel: read.LOG_LEVEL,
      dataDir: resolve(read.PRLT_DATA_DIR),
      runtime: read.PRLT_RUNTIME,
      containerRuntime: read.PRLT_CONTAINER_RUNTIME,
      ceilings: {
        concurrency: read.PRLT_MAX_CONCURRENCY,
        run: read.PRLT_MAX_RUN,
        memory: read.PRLT_MAX_MEMORY,
        spend: { run: read.PRLT_MAX_SPEND_RUN, day: read.PRLT_MAX_SPEND_DAY },
        hosts: read.PRLT_ALLOW_HOSTS,
      },
      privateHosts: read.PRLT_ALLOW_PRIVATE_HOSTS,
      registries: registries.registries,
      allowImages: read.PRLT_ALLOW_IMAGES,
      allowAgentConfig: read.PRLT_ALLOW_AGENT_CONFIG === 'true',
      models: models.models,
      writesPerMinute: read.PRLT_MAX_WRITES,
      watermarks: { disk: read.PRLT_MIN_DISK, memory: read.PRLT_MIN_MEMORY },
      maxBundle: read.PRLT_MAX_BUNDLE,
      poll: read.PRLT_POLL,
      keep: read.PRLT_KEEP_DAYS * 86_400_000,
      allowWorkflows: read.PRLT_ALLOW_WORKFLOWS === 'true',
    },
  };
}

/** GitHub.com, or an Enterprise Server: REST at `/api/v3`, GraphQL at `/api/graphql`, git at `/owner/repo.git`. */
function githubAddress(host: string | undefined, protocol: string): Settings['github'] {
  if (!host) return { host: 'github.com', api: 'https://api.github.com', web: 'https://github.com' };
  const web = `${protocol}://${host}`;
  return { host, api: `${web}/api/v3`, web, ghe: { host, protocol } };
}

function readPrivateKey(env: Record<string, string | undefined>): { pem: string } | { problem: string } {
  const { PRIVATE_KEY: inline, PRIVATE_KEY_PATH: path } = env;
  if (!inline && !path) {
    return {
      problem: 'PRIVATE_KEY or PRIVATE_KEY_PATH is missing: the private key generated for the GitHub App.',
    };
  }
  try {
    const text = inline ?? readFileSync(path ?? '', 'utf8');
    const pem = text.includes('-----BEGIN')
      ? text.replaceAll('\\n', '\n')
      : Buffer.from(text, 'base64').toString('utf8');
    return pem.includes('PRIVATE KEY-----')
      ? { pem }
      : { problem: 'PRIVATE_KEY is not a PEM key, nor one in base64.' };
  } catch (error) {
    return {
      problem: `PRIVATE_KEY_PATH cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    };
  }
}

function sentence(issue: z.core.$ZodIssue): string {
  const name = issue.path.join('.');
  return issue.message.includes(name) ? issue.message : `${name}: ${issue.message}`;
}
