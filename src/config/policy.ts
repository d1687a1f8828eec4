/** From a repository's configuration and the operator's ceilings to the policy in force. Pure. */
import type { CeilingName, Part, Policy, Profile } from '#src/core/policy.ts';
import { fallbackNotes, fallbackOf, runnerOf } from './fallbacks.ts';
import type { RepositoryConfig } from './repository.ts';

export interface Ceilings {
  concurrency: number;
  run: number;
  memory: number;
  /** Millionths of a US dollar. */
  spend: { run: number; day: number };
  /** Canonical `host:port` entries that runs may reach. */
  hosts: readonly string[];
}

/** Keys that are read and kept, but that nothing obeys yet. */
const unbuilt = ['diet', 'review', 'questions', 'workflows'];

/**
 * @param runners names of the runners this service can use; a profile with another one has none
 * @param given top-level keys that the file really has
 */
export function policyFrom(
  config: RepositoryConfig,
  given: ReadonlySet<string>,
  ceilings: Ceilings,
  runners: readonly string[],
): Policy {
  const notes = [...unbuilt.filter((key) => given.has(key)), ...unbuiltParts(config)].map(
    (key) => `\`${key}\` has no effect in this version.`,
  );
  if (config.merge.policy !== 'manual')
    notes.push('`merge.policy` other than manual has no effect in this version: people merge.');
  if (config.mode === 'collaborative')
    notes.push('`mode: collaborative` waits for `/prlt start` like `direct` in this version.');
  const network = networkOf(config, ceilings);
  notes.push(...network.notes, ...fallbackNotes(config, runners));
  return {
    mode: config.mode,
    label: config.trigger.label,
    bots: config.trigger.bots,
    workers: config.workers.map((worker) => ({ ...worker, agents: seatNames(worker.name, worker.agents) })),
    profiles: profilesFrom(config, runners),
    limits: {
      concurrency: config.limits.concurrency,
      run: Math.min(config.limits.run, ceilings.run),
      stall: config.limits.stall,
      attempts: config.limits.attempts,
      memory: Math.min(config.limits.memory, ceilings.memory),
      cpus: config.limits.cpus,
      pids: config.limits.pids,
      disk: config.limits.disk,
      setup: Math.min(config.limits.setup, ceilings.run),
      spend: spendOf(config, ceilings),
    },
    ceilings: loweredBy(config, ceilings),
    ...(config.image ? { image: config.image } : {}),
    setup: config.setup,
    paths: Object.entries(config.paths).map(([directory, part]) => partOf(directory, part)),
    network: network.reachable,
    protect: config.protect,
    branch: config.branch,
    notes,
  };
}

/** A repository without a list gets the operator's; with one it gets what is on both. */
function networkOf(
  { network }: RepositoryConfig,
  { hosts }: Ceilings,
): { reachable: string[]; notes: string[] } {
  if (!network) return { reachable: [...hosts], notes: [] };
  const asked = [...new Set(network.allow)];
  const beyond = asked.filter((host) => !hosts.includes(host));
  return {
    reachable: asked.filter((host) => hosts.includes(host)),
    notes: beyond.map(
      (host) =>
        `\`network.allow\` names \`${host}\`, which \`PRLT_ALLOW_HOSTS\` of this service does not: runs cannot reach it.`,
    ),
  };
}

/** The settings that a limit is lowered by, so that people are not told to raise it in the file. */
function loweredBy({ limits }: RepositoryConfig, ceilings: Ceilings): NonNullable<Policy['ceilings']> {
  const { spend = {} } = limits;
  const all: [CeilingName, number | undefined, number, string][] = [
    ['run', limits.run, ceilings.run, 'PRLT_MAX_RUN'],
    ['setup', limits.setup, ceilings.run, 'PRLT_MAX_RUN'],
    ['memory', limits.memory, ceilings.memory, 'PRLT_MAX_MEMORY'],
    ['spend.run', spend.run, ceilings.spend.run, 'PRLT_MAX_SPEND_RUN'],
    ['spend.day', spend.day, ceilings.spend.day, 'PRLT_MAX_SPEND_DAY'],
  ];
  const lowered = all.filter(([, asked = Infinity, ceiling]) => asked > ceiling);
  return Object.fromEntries(lowered.map(([name, , , setting]) => [name, setting]));
}

/** A run never gets more than the day has. */
function spendOf({ limits }: RepositoryConfig, { spend }: Ceilings): Policy['limits']['spend'] {
  const day = Math.min(limits.spend?.day ?? Infinity, spend.day);
  return { day, run: Math.min(limits.spend?.run ?? Infinity, spend.run, day) };
}

/** The same below the top level. */
function unbuiltParts({ trigger }: RepositoryConfig): string[] {
  return trigger.columns ? ['trigger.columns'] : [];
}

function partOf(directory: string, { setup, profile, image }: RepositoryConfig['paths'][string]): Part {
  return {
    directory,
    ...(setup ? { setup } : {}),
    ...(profile ? { profile } : {}),
    ...(image ? { image } : {}),
  };
}

function seatNames(worker: string, agents: string[] | number | 'unlimited'): string[] | 'unlimited' {
  if (typeof agents !== 'number') return agents;
  return Array.from({ length: agents }, (_, index) => `${worker}-${index + 1}`);
}

/** A profile that a worker names but nobody wrote is the default one: the first runner that can be used. */
function profilesFrom(config: RepositoryConfig, runners: readonly string[]): Record<string, Profile> {
  const profiles: Record<string, Profile> = {};
  for (const worker of config.workers)
    profiles[worker.profile] = fromRunner(runners.find((one) => one !== 'command'));
  for (const [name, written] of Object.entries(config.profiles)) {
    const { command, instructions, model, image } = written;
    const runner = runnerOf(written, runners);
    const usable =
      runner !== undefined && runners.includes(runner) && (runner !== 'command' || command !== undefined);
    profiles[name] = {
      ...fromRunner(usable ? runner : undefined),
      ...(command ? { command } : {}),
      ...(instructions ? { instructions } : {}),
      ...(model ? { model } : {}),
      ...(image ? { image } : {}),
      ...fallbackOf(config, written, runners),
    };
  }
  return profiles;
}

function fromRunner(runner: string | undefined): Profile {
  return runner === undefined ? {} : { runner };
}
