/** Lays out what each layer of a runner's image is built from. */
import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'rolldown';
import { baseSources, ownSources, shimSources } from '#runners/image-name.ts';

export interface Stage {
  /** The build context, with its Dockerfile. */
  directory: string;
  remove(): void;
}

/** The one import of the runners that is not theirs. */
const sdk = '@agentclientprotocol/sdk';
const entry = 'unstable';

/** The first layers, the same for all. `root` is the project's folder with its `node_modules`. */
export async function stageBase(root: string): Promise<Stage> {
  const stage = openStage();
  const file = baseSources().find((path) => basename(path) === 'base.Dockerfile') ?? '';
  cpSync(join(root, file), join(stage.directory, 'Dockerfile'));
  await bundleSdk(root, join(stage.directory, 'node_modules', sdk));
  writeFileSync(
    join(stage.directory, 'package.json'),
    '{"name":"prlt-runner","private":true,"type":"module"}\n',
  );
  return stage;
}

/** The runner's own: its folder, and the packages of its lock file. Their scripts do not run. Rejects when npm fails. */
export async function stageOwn(root: string, runner: string): Promise<Stage> {
  const stage = openStage();
  for (const path of ownSources(runner)) {
    const target = join(stage.directory, path.slice(`runners/${runner}/`.length));
    mkdirSync(dirname(target), { recursive: true });
    cpSync(join(root, path), target);
  }
  if (existsSync(join(stage.directory, 'package-lock.json'))) {
    const args = ['ci', '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
    await promisify(execFile)('npm', args, { cwd: stage.directory }).catch((error: unknown) => {
      stage.remove();
      throw error;
    });
  }
  return stage;
}

/** The last layers: shim and tools. */
export function stageShim(root: string): Stage {
  const stage = openStage();
  mkdirSync(join(stage.directory, 'runners'));
  for (const path of shimSources().filter((one) => !one.endsWith('Dockerfile'))) {
    mkdirSync(dirname(join(stage.directory, path)), { recursive: true });
    cpSync(join(root, path), join(stage.directory, path));
  }
  cpSync(join(root, 'runners/shim/Dockerfile'), join(stage.directory, 'Dockerfile'));
  return stage;
}

function openStage(): Stage {
  const directory = mkdtempSync(join(tmpdir(), 'prlt-build-'));
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
