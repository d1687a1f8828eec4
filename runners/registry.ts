/** All runners. Adding one: a folder with a manifest, a Dockerfile and notes, and a line here. */
import { command } from './command/manifest.ts';
import type { RunnerManifest } from './manifest.ts';

export const runners: readonly RunnerManifest[] = [command];

export function findRunner(name: string): RunnerManifest | undefined {
  return runners.find((runner) => runner.name === name);
}
