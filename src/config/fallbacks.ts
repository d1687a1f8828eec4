/** Which runner goes on when the quota of a profile's own is used up, and what is wrong with one that is written. Pure. */
import type { Profile } from '#src/core/policy.ts';
import { inlineCode } from '#src/core/text/inline-code.ts';
import { type RepositoryConfig, repositoryRunners } from './repository.ts';

type Written = RepositoryConfig['profiles'][string];

/** As it is written, else the first that can be used; it may be one that this service cannot use. */
export function runnerOf({ runner, command }: Written, runners: readonly string[]): string | undefined {
  return runner ?? (command ? 'command' : runners.find((one) => one !== 'command'));
}

/** Nothing for one that cannot be used. */
export function fallbackOf(
  config: RepositoryConfig,
  written: Written,
  runners: readonly string[],
): Pick<Profile, 'fallback'> {
  const { fallback: named } = written;
  const own = runnerOf(written, runners);
  const runner = named === undefined ? undefined : fallbackRunner(config, named, runners);
  return runner !== undefined && runner !== own && isFallback(runner, runners) ? { fallback: runner } : {};
}

/** A fallback is another profile, of which the runner is taken, or a runner by its name; undefined for neither. */
function fallbackRunner(
  { profiles }: RepositoryConfig,
  named: string,
  runners: readonly string[],
): string | undefined {
  const profile = Object.hasOwn(profiles, named) ? profiles[named] : undefined;
  if (profile?.runner) return profile.runner;
  if (repositoryRunners.some((runner) => runner === named)) return named;
  return profile && runnerOf(profile, runners);
}

function isFallback(runner: string, runners: readonly string[]): boolean {
  return runner !== 'command' && runners.includes(runner);
}

/** A fallback that would not be taken when its time comes is said now. */
export function fallbackNotes(config: RepositoryConfig, runners: readonly string[]): string[] {
  return Object.entries(config.profiles).flatMap(([name, written]) => {
    if (written.fallback === undefined) return [];
    const runner = fallbackRunner(config, written.fallback, runners);
    const own = runnerOf(written, runners);
    const why = whyNoFallback(runner, own, runners);
    if (why === undefined) return [];
    const others = runners.filter((one) => one !== own && isFallback(one, runners));
    const todo =
      others.length > 0
        ? `Name one of ${others.map((one) => inlineCode(one)).join(', ')}, or a profile with one of them.`
        : 'This service has no other runner: one more needs the key of its provider in `PRLT_MODELS_*`.';
    return [
      `\`profiles.${name}.fallback\` is ${inlineCode(written.fallback, 40)}, ${why}: when the quota is used up, the work waits. ${todo}`,
    ];
  });
}

function whyNoFallback(
  runner: string | undefined,
  own: string | undefined,
  runners: readonly string[],
): string | undefined {
  if (runner === undefined) return 'which is neither a runner nor a profile';
  if (runner === 'command') return 'and the runner `command` stands in for no other';
  if (!runners.includes(runner)) return `and this service cannot use the runner ${inlineCode(runner)}`;
  return runner === own ? 'which is the runner of this profile itself' : undefined;
}
