/** Lays out the build context of a runner image: the runners' code and the one package it needs. */
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'rolldown';

export interface Stage {
  /** The directory that becomes `/opt/prlt`, with the runner's Dockerfile in it. */
  directory: string;
  remove(): void;
}

/** The one import of the runners that is not theirs. */
const sdk = '@agentclientprotocol/sdk';
const entry = 'unstable';

/** `root` is the project's folder with its `node_modules`. */
export async function stageRunner(root: string, runner: string): Promise<Stage> {
  const directory = mkdtempSync(join(tmpdir(), 'prlt-build-'));
  cpSync(join(root, 'runners'), join(directory, 'runners'), {
    recursive: true,
    filter: (path) => !path.endsWith('Dockerfile'),
  });
  await bundleSdk(root, join(directory, 'node_modules', sdk));
  cpSync(join(root, 'runners', runner, 'Dockerfile'), join(directory, 'Dockerfile'));
  writeFileSync(join(directory, 'package.json'), '{"name":"prlt-runner","private":true,"type":"module"}\n');
  return { directory, remove: () => rmSync(directory, { recursive: true, force: true }) };
}

/** The ACP SDK with all it imports in one file: Node opens it in a third of the time that its hundred files take. */
async function bundleSdk(root: string, target: string): Promise<void> {
  mkdirSync(target, { recursive: true });
  const exports = { [`./${entry}`]: `./${entry}.js` };
  writeFileSync(join(target, 'package.json'), `${JSON.stringify({ name: sdk, type: 'module', exports })}\n`);
  const file = createRequire(join(root, 'package.json')).resolve(`${sdk}/${entry}`);
  await build({
    input: file,
    platform: 'node',
    output: { file: join(target, `${entry}.js`), format: 'esm' },
  });
}
