/** The bare baselines of a run: `docker run` and a clone of the mirror, without anything of prlt. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { command } from '#runners/command/manifest.ts';
import { imageName } from '#runners/image-name.ts';

const image = imageName(command);
/** The mirror belongs to another user than the container's: git refuses those unless its own settings trust them. */
const trust = `export HOME=/tmp; printf '[safe]\\n\\tdirectory = *\\n' > /tmp/.gitconfig`;

/** Milliseconds from nothing to the first line that the agent's script prints in its checkout. */
export async function bareRun(mirror: string): Promise<number> {
  const began = performance.now();
  const child = spawn(
    'docker',
    [...arguments_(mirror), `${trust}; git clone -q /mirror /tmp/repo && cd /tmp/repo && sh agent.sh`],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  child.stdout.once('data', () => resolve(performance.now() - began));
  child.once('close', (code) => reject(new Error(`the bare container ended with ${code} and said nothing`)));
  const closed = once(child, 'close');
  const took = await promise;
  await closed;
  return took;
}

/** Bytes that a checkout takes on disk when it borrows its objects. */
export async function bareCheckoutBytes(mirror: string): Promise<number> {
  const script = `${trust}; git clone -q --shared /mirror /tmp/repo && du -s -B1 /tmp/repo`;
  return bytesOf((await promisify(execFile)('docker', [...arguments_(mirror), script])).stdout);
}

/** Bytes that a volume takes on disk. */
export async function volumeBytes(volume: string): Promise<number> {
  const mount = `type=volume,source=${volume},target=/volume,readonly`;
  const { stdout } = await promisify(execFile)('docker', [
    ...['run', '--rm', '--network', 'none', '--user', '0', '--mount', mount],
    ...['--entrypoint', 'du', image, '-s', '-B1', '/volume'],
  ]);
  return bytesOf(stdout);
}

export async function directoryBytes(path: string): Promise<number> {
  return bytesOf((await promisify(execFile)('du', ['-s', '-B1', path])).stdout);
}

function arguments_(mirror: string): string[] {
  const mount = `type=bind,source=${mirror},target=/mirror,readonly`;
  return [...['run', '--rm', '--network', 'none', '--mount', mount], ...['--entrypoint', 'sh', image, '-c']];
}

function bytesOf(said: string): number {
  return Number(said.split('\t')[0]);
}
