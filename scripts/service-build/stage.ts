/** Lays out the build context of the service's image, with the packages that this checkout has installed. */
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, extname, join } from 'node:path';
import type { Stage } from '../runners-build/stage.ts';

const files = ['Dockerfile', 'package.json', 'package-lock.json', 'app.yml'];
const folders = ['bin', 'migrations', 'runners', 'scripts', 'src'];

/** What no program reads. */
const useless = new Set(['.map', '.md', '.cts', '.mts']);

/** `root` is the project's folder; its `node_modules` must be those of the lock file. */
export function stageService(root: string): Stage {
  const directory = mkdtempSync(join(tmpdir(), 'prlt-build-'));
  for (const name of [...files, ...folders]) {
    cpSync(join(root, name), join(directory, name), {
      recursive: true,
      filter: (path) => extname(path) !== '.md' && basename(path) !== 'node_modules',
    });
  }
  for (const path of productionPackages(root)) {
    cpSync(join(root, path), join(directory, 'packages', path), { recursive: true, filter: isNeeded });
  }
  return { directory, remove: () => rmSync(directory, { recursive: true, force: true }) };
}

interface Lock {
  packages: Record<string, { dev?: boolean; devOptional?: boolean }>;
}

/** What `npm ci --omit=dev` would install: the lock file knows. Optional packages of other platforms are not there. */
export function productionPackages(root: string): string[] {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as Lock;
  return Object.entries(lock.packages)
    .filter(([path, { dev, devOptional }]) => path !== '' && !dev && !devOptional)
    .map(([path]) => path)
    .filter((path) => existsSync(join(root, path)));
}

/** A package's own packages have entries of their own. */
function isNeeded(path: string): boolean {
  const inner = path.slice(path.lastIndexOf('/node_modules/') + '/node_modules/'.length);
  return !useless.has(extname(inner)) && !inner.endsWith('.d.ts') && !/\/node_modules$/.test(path);
}
