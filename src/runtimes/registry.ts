/** The places where runs can execute, by the name that `PRLT_RUNTIME` gives. */
import { join } from 'node:path';
import Docker from 'dockerode';
import type { Logger } from 'pino';
import { createHostPath } from './docker/host-paths.ts';
import { createDockerRuntime } from './docker/runtime.ts';
import { createHostRuntime } from './host/runtime.ts';
import type { Runtime } from './runtime.ts';

export interface RuntimeSettings {
  /** The service's data directory; it exists. */
  dataDir: string;
  /** Id of this installation, made once in the data directory. */
  installation: string;
  /** The engine's name of what runs containers; undefined for its usual one. */
  engineRuntime?: string | undefined;
  /** A runner image, for the probe. */
  probeImage: string;
  /** All of them, by name. */
  runnerImages: readonly string[];
  /** Entry file of the shim on this machine, for the host runtime. */
  shimEntry: string;
  /** Called when a container, or the record of a process, is made and not started yet. */
  created: () => void;
  log: Logger;
}

export const runtimes = {
  docker: openDocker,
  host: openHost,
} as const satisfies Record<string, (settings: RuntimeSettings) => Runtime>;

function openDocker({ dataDir, ...settings }: RuntimeSettings): Runtime {
  const docker = new Docker();
  return createDockerRuntime({ ...settings, docker, probeDir: dataDir, hostPath: createHostPath(docker) });
}

function openHost({ dataDir, shimEntry, created, log }: RuntimeSettings): Runtime {
  return createHostRuntime({ root: join(dataDir, 'host'), shimEntry, created, log });
}
