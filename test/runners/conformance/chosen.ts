/** The runners with models of their own, or those of them that `PRLT_TEST_RUNNERS` names, such as `claude,codex`. */
import type { RunnerManifest } from '#runners/manifest.ts';
import { runners } from '#runners/registry.ts';

export function chosenRunners(): RunnerManifest[] {
  const named = process.env['PRLT_TEST_RUNNERS']?.split(',').filter(Boolean);
  for (const name of named ?? []) {
    if (!runners.some((runner) => runner.name === name)) throw new Error(`there is no runner ${name}`);
  }
  return runners.filter(({ name, model }) => model && (named?.includes(name) ?? true));
}
