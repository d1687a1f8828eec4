/** What is in force for a repository: its configuration, narrowed by the operator's ceilings, defaults filled in. */
import type { ItemType } from './item.ts';
import { readLabels } from './labels.ts';
import { type AskedText, partFor } from './parts.ts';

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
  /** Steps in its folder, instead of the repository's. */
  setup?: string[];
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

/** Limits that the operator has a ceiling for. */
export type CeilingName = 'run' | 'setup' | 'memory' | 'spend.run' | 'spend.day';

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
  /** For all set-up steps of a run together. */
  setup: number;
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
  /** Limits that the operator's ceilings lowered, with the name of the setting; raising them in the file does nothing. */
  ceilings?: Partial<Record<CeilingName, string>>;
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

/** The worker and the profile for what was asked, or which of them is missing. A label outdoes the part, and that the worker. */
export function route(policy: Policy, asked: AskedText): Route | Seatless {
  const { type, profile: picked } = readLabels(asked.labels);
  const worker = policy.workers.find((one) => one.takes.includes(type));
  if (!worker) return { code: 'NO_WORKER', what: type };
  const name = picked ?? partFor(policy.paths, asked).part?.profile ?? worker.profile;
  const profile = Object.hasOwn(policy.profiles, name) ? policy.profiles[name] : undefined;
  if (!profile) return { code: 'NO_PROFILE', what: name };
  if (!profile.runner) return { code: 'NO_RUNNER', what: name };
  return { worker, profile: name, runner: profile.runner };
}

/** What a run works with beside its agent. */
export interface Toolchain {
  /** Image of the repository's own; undefined for the runner's. */
  image?: string;
  /** Steps before the first prompt, in a folder of the checkout; `.` is its root. */
  setup: { directory: string; steps: string[] }[];
}

/** The part's image and set-up where it has its own, else the profile's image, else the repository's. */
export function toolchain(policy: Policy, profile: Profile | undefined, asked: AskedText): Toolchain {
  const { part } = partFor(policy.paths, asked);
  const image = part?.image ?? profile?.image ?? policy.image;
  const set = part?.setup
    ? { directory: part.directory, steps: part.setup }
    : { directory: '.', steps: policy.setup };
  return { ...(image ? { image } : {}), setup: set.steps.length > 0 ? [set] : [] };
}
