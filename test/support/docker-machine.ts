/** Before the tests that need Docker: an engine that answers, and the image of the `command` runner that fits this checkout. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Docker from 'dockerode';
import { BuildFailed, buildRunners } from '../../scripts/runners-build/build.ts';

const root = join(import.meta.dirname, '../..');

/** Vitest calls it once for the project. Throws a sentence with what to do, so that nothing is ever skipped. */
export async function setup(): Promise<void> {
  const problem = await whatIsMissing();
  if (problem === undefined) return;
  const remedy = 'Run `.ci/machine` as root: it installs and starts Docker, and builds the images.';
  if (process.env['DOCKER_HOST'] !== undefined) {
    throw new Error(
      `${problem} DOCKER_HOST is ${process.env['DOCKER_HOST']}; unset it or mend it. ${remedy}`,
    );
  }
  if (process.getuid?.() !== 0 || !existsSync('/etc/debian_version')) throw new Error(`${problem} ${remedy}`);
  // These tests need no CLI of a model.
  const env = { PRLT_MACHINE_RUNNERS: 'command', ...process.env };
  const [code] = await once(spawn(join(root, '.ci/machine'), { cwd: root, stdio: 'inherit', env }), 'close');
  if (code !== 0) throw new Error(`${problem} \`.ci/machine\` could not change that and ended with ${code}.`);
}

async function whatIsMissing(): Promise<string | undefined> {
  const docker = new Docker();
  try {
    const late = sleep(10_000, undefined, { ref: false }).then(() =>
      Promise.reject(new Error('no answer in 10 s')),
    );
    await Promise.race([docker.ping(), late]);
  } catch (error) {
    return `These tests need a Docker engine, and none answers (${String(error)}).`;
  }
  try {
    await buildRunners({ docker, only: ['command'] });
    return undefined;
  } catch (error) {
    if (!(error instanceof BuildFailed)) throw error;
    return `These tests need the runner's image, and it could not be built: ${error.message}`;
  }
}
