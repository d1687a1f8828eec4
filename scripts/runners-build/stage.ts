/** Lays out the build context of a runner image: the runners' code and the one package it needs. */
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';

export interface Stage {
  /** The directory that becomes `/opt/prlt`, with the runner's Dockerfile in it. */
  directory: string;
  remove(): void;
}

/** The ACP SDK and what it imports; copied, since a build has no network. */
const packages = ['@agentclientprotocol/sdk', 'zod'];

/** What Node never reads when it runs the ES modules. */
const useless = new Set(['.map', '.cts', '.cjs', '.md']);

/** `root` is the project's folder with its `node_modules`. */
export function stageRunner(root: string, runner: string): Stage {
  const directory = mkdtempSync(join(tmpdir(), 'prlt-build-'));
  cpSync(join(root, 'runners'), join(directory, 'runners'), {
    recursive: true,
    filter: (path) => !path.endsWith('Dockerfile'),
  });
  for (const name of packages) {
    const target = join(directory, 'node_modules', name);
    mkdirSync(target, { recursive: true });
    cpSync(join(root, 'node_modules', name), target, { recursive: true, filter: isNeeded });
  }
  cpSync(join(root, 'runners', runner, 'Dockerfile'), join(directory, 'Dockerfile'));
  writeFileSync(join(directory, 'package.json'), '{"name":"prlt-runner","private":true,"type":"module"}\n');
  return { directory, remove: () => rmSync(directory, { recursive: true, force: true }) };
}

function isNeeded(path: string): boolean {
  if (path.includes('/zod/src') || path.includes('/sdk/schema')) return false;
  return !useless.has(extname(path)) && !path.endsWith('.d.ts');
}
