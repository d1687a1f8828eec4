/** What is in force for a repository: its configuration, narrowed by the operator's ceilings, defaults filled in. */
import type { ItemType } from './item.ts';
import { readLabels } from './labels.ts';

export interface Profile {
  /** Name of a runner that this service can use; undefined when none is configured or its key is missing. */
  runner?: string;
  /** Command line of the `command` runner. */
  command?: string[];
  instructions?: string;
  /** As the runner's CLI names it; `provider/model` picks one of the service's providers. */
  model?: string;
  /** Image of the repository's own toolchain. */
  image?: string;
  /** Runner that goes on when the provider of this one takes no more. */
  fallback?: string;
}

/** A part of a repository with a set-up and a profile of its own. */
export interface Part {
  /** Folder in the repository, without slashes at its ends. */
  directory: string;
  setup: string[];
  profile?: string;
  image?: string;
}

export interface Worker {
  name: string;
  takes: ItemType[];
  profile: string;
  /** Names of its seats; `unlimited` makes them up as needed. */
  agents: string[] | 'unlimited';
}

/** Durations in milliseconds, sizes in bytes. */
export interface Limits {
  concurrency: number;
  run: number;
  /** Longest silence of a run. */
  stall: number;
  attempts: number;
  memory: number;
  cpus: number;
  pids: number;
  /** Largest workspace of a run. */
  disk: number;
  /** Most that models may cost, in millionths of a US dollar: one run, and all runs of the repository in a UTC day. */
  spend: { run: number; day: number };
}

export interface Policy {
  /** Only `agentic` starts by a label; the others wait for a command. */
  mode: 'agentic' | 'collaborative' | 'direct';
  /** Label that asks for work. */
  label: string;
  /** Logins of bots whose labels and comments count. */
  bots: string[];
  workers: Worker[];
  profiles: Record<string, Profile>;
  limits: Limits;
  protect: string[];
  /** Image of the repository's own toolchain; undefined for the runner's. */
  image?: string;
  /** Steps before each first prompt of a workspace. */
  setup: string[];
  paths: Part[];
  /** Canonical `host:port` entries that runs may reach. */
  network: string[];
  /** Template of branch names. */
  branch: string;
  /** What people should know about the configuration, such as keys that do nothing yet. */
  notes: string[];
}

export type Seatless = { code: 'NO_WORKER' | 'NO_PROFILE' | 'NO_RUNNER'; what: string };

/** Who takes an item, and how. */
export interface Route {
  worker: Worker;
  profile: string;
  runner: string;
}

/** The worker and the profile for labels, or which part is missing. */
export function route(policy: Policy, labels: readonly string[]): Route | Seatless {
  const { type, profile: picked } = readLabels(labels);
  const worker = policy.workers.find((one) => one.takes.includes(type));
  if (!worker) return { code: 'NO_WORKER', what: type };
  const name = picked ?? worker.profile;
  const profile = Object.hasOwn(policy.profiles, name) ? policy.profiles[name] : undefined;
  if (!profile) return { code: 'NO_PROFILE', what: name };
  if (!profile.runner) return { code: 'NO_RUNNER', what: name };
  return { worker, profile: name, runner: profile.runner };
}
