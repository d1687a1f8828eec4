/** In what a CLI differs where a test has to know it: `test/runners/<name>/differences.ts`, when there is anything. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { RunnerManifest } from '#runners/manifest.ts';
import type { OutcomeClass } from '#runners/outcome.ts';
import type { Step } from '#test/support/models/step.ts';

export interface Differences {
  /** How it is made to ask for permission before a command; absent for one that never asks. */
  asking?: (runner: RunnerManifest) => Partial<Pick<RunnerManifest, 'acp' | 'env' | 'files'>>;
  /** The call of its model that makes it ask, where a plain command does not. */
  asksFor?: (command: string) => Step;
  /** What a refusal looks like from outside, when it does not look like one. */
  refusal?: OutcomeClass;
  /** Failures after which it tries again for longer than a test can wait; the run's stall limit ends it. */
  keepsTrying?: string[];
  /** Hosts that it dials although everything is switched off that can be. */
  dials?: string[];
}

export async function differencesOf({ name }: RunnerManifest): Promise<Differences> {
  const file = join(import.meta.dirname, '..', name, 'differences.ts');
  if (!existsSync(file)) return {};
  return ((await import(file)) as { differences: Differences }).differences;
}
