/**
 * The exact image that a runner runs in, named by what it is built from. The build tags it so and the service asks for it
 * so: two checkouts on one engine do not move each other's images, and a service never runs an older one by mistake.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, extname, join, relative } from 'node:path';
import type { RunnerManifest } from './manifest.ts';

const root = join(import.meta.dirname, '..');
/** Read by people, or by the host only. */
const apart = new Set(['manifest.ts', 'node_modules']);

/** `<image>:<16 hexadecimal digits>` over the sources of this checkout; the base image is not part of it. */
export function imageName(runner: Pick<RunnerManifest, 'name' | 'image'>): string {
  return `${runner.image}:${hashOf([...baseSources(), ...ownSources(runner.name), ...shimSources()], sdkVersion())}`;
}

/** What the runner's own layers are made of: its folder, where a lock file stands for the packages. */
export function ownSources(name: string): string[] {
  return filesIn(`runners/${name}`);
}

/** How images are put together, and their first layers. */
export function baseSources(): string[] {
  return [...filesIn('scripts/runners-build'), 'runners/image-name.ts', 'runners/shim/base.Dockerfile'];
}

/** Shim and tools, the last layers. */
export function shimSources(): string[] {
  return [...filesIn('runners/shim'), ...filesIn('runners/tools')];
}

/** Over paths from the project's root, executable bits and contents. */
export function hashOf(paths: string[], ...more: string[]): string {
  const hash = createHash('sha256').update(JSON.stringify(more));
  for (const path of [...new Set(paths)].sort()) {
    const executable = (statSync(join(root, path)).mode & 0o100) !== 0;
    const content = readFileSync(join(root, path));
    hash.update(`${path}\0${executable}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex').slice(0, 16);
}

/** The one package in the shim is pinned exactly. */
export function sdkVersion(): string {
  const about = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  return about.dependencies['@agentclientprotocol/sdk'] ?? '';
}

function filesIn(folder: string): string[] {
  const path = join(root, folder);
  if (!existsSync(path)) return [];
  return readdirSync(path, { withFileTypes: true }).flatMap((entry) => {
    const name = basename(entry.name);
    if (apart.has(name) || extname(name) === '.md') return [];
    const here = relative(root, join(path, name));
    return entry.isDirectory() ? filesIn(here) : [here];
  });
}
