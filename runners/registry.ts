/** All runners. Adding one: a folder with a manifest, a Dockerfile and notes, and a line here. */
import { claude } from './claude/manifest.ts';
import { codex } from './codex/manifest.ts';
import { command } from './command/manifest.ts';
import type { RunnerManifest } from './manifest.ts';
import { opencode } from './opencode/manifest.ts';

export const runners: readonly RunnerManifest[] = [claude, codex, opencode, command];
