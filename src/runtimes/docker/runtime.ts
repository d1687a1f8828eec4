/** Runs in Docker containers without a network. */
import type Dockerode from 'dockerode';
import type { Logger } from 'pino';
import type { Runtime } from '../runtime.ts';
import { findContainer, removeContainer } from './container.ts';
import { type HostPath, samePath } from './host-paths.ts';
import { launch } from './launch.ts';
import { observe } from './observe.ts';
import { probe } from './probe.ts';
import { stopContainer } from './stop.ts';
import { createToolchains } from './toolchains.ts';
import { listWorkspaces, removeWorkspace, workspaceUsage } from './workspaces.ts';

export interface DockerRuntimeOptions {
  docker: Dockerode;
  /** Id of this installation; nothing without its label is touched. */
  installation: string;
  /** Image that the probe runs: any runner's. */
  probeImage: string;
  /** Names of the runners' images that this service uses. */
  runnerImages?: readonly string[];
  /** Existing directory of the service, on the data directory's mount, for the probe's files. */
  probeDir: string;
  hostPath?: HostPath;
  /** The engine's name of what runs containers, such as `runsc`; its usual one without. */
  engineRuntime?: string | undefined;
  /** Called when a container is made and not started yet. */
  created?: () => void;
  /** Time between TERM and KILL. */
  graceSeconds?: number;
  log: Logger;
}

export function createDockerRuntime(options: DockerRuntimeOptions): Runtime {
  const {
    docker,
    installation,
    log,
    engineRuntime,
    hostPath = samePath,
    created = () => {},
    graceSeconds = 10,
  } = options;
  const toolchains = createToolchains({ docker, installation, engineRuntime }, options.runnerImages ?? []);
  let probing: Promise<string[]> | undefined;
  return {
    name: 'docker',
    launch: (spec) => launch({ docker, installation, hostPath, engineRuntime, toolchains, created }, spec),
    prepareImage: (image, runnerImage) => toolchains.prepare(image, runnerImage),
    stop: async (run) => {
      const found = await findContainer(docker, installation, run);
      if (found.kind === 'found') await stopContainer(found.container, graceSeconds, log);
    },
    observe: () => observe(docker, installation),
    remove: async (run) => {
      const found = await findContainer(docker, installation, run);
      if (found.kind === 'found') await removeContainer(found.container);
    },
    workspaces: () => listWorkspaces(docker, installation),
    removeWorkspace: (workspace) => removeWorkspace(docker, installation, workspace),
    tidy: () => toolchains.tidy(),
    usage: () => workspaceUsage(docker, installation),
    // One at a time: a probe begins by removing what an earlier one left.
    probe: () => {
      const context = {
        docker,
        installation,
        hostPath,
        engineRuntime,
        image: options.probeImage,
        dir: options.probeDir,
        log,
      };
      probing ??= probe(context).finally(() => {
        probing = undefined;
      });
      return probing;
    },
  };
}
