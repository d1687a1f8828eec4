/** A docker runtime of an installation of its own, which leaves nothing on the engine. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Docker from 'dockerode';
import pino from 'pino';
import { onTestFinished } from 'vitest';
import { labels } from '#src/runtimes/docker/names.ts';
import { createDockerRuntime, type DockerRuntimeOptions } from '#src/runtimes/docker/runtime.ts';
import type { Runtime } from '#src/runtimes/runtime.ts';
import { standInImage } from './stand-in-image.ts';

export interface DockerScratch {
  docker: Docker;
  runtime: Runtime;
  image: string;
  installation: string;
  probeDir: string;
}

let count = 0;

export async function scratchDocker(part: Partial<DockerRuntimeOptions> = {}): Promise<DockerScratch> {
  const docker = new Docker();
  const image = await standInImage(docker);
  const probeDir = await mkdtemp(join(tmpdir(), 'probe-'));
  count += 1;
  const installation = `scratch-${process.pid}-${Date.now().toString(36)}${count}`;
  const log = pino({ level: 'silent' });
  const options = { docker, installation, probeImage: image, probeDir, graceSeconds: 1, log, ...part };
  const runtime = createDockerRuntime(options);
  onTestFinished(async () => {
    const own = createDockerRuntime({ ...options, docker });
    for (const { run } of await own.observe()) await own.remove(run);
    for (const workspace of await own.workspaces()) await own.removeWorkspace(workspace);
    const filters = { label: [`${labels.installation}=${installation}`] };
    for (const { Name } of (await docker.listVolumes({ filters })).Volumes ?? []) {
      await docker.getVolume(Name).remove();
    }
    await rm(probeDir, { recursive: true, force: true });
  });
  return { docker, runtime, image, installation, probeDir };
}
