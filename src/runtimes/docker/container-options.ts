/** A run as the engine is asked to create it: DESIGN's closed list of options and not one more. */
import type Dockerode from 'dockerode';
import { containerPaths } from '#runners/shim/protocol.ts';
import type { LaunchSpec } from '../runtime.ts';

export interface ContainerRequest {
  name: string;
  /** Id of the inspected image, so that what runs is what was checked. */
  image: string;
  /** Host paths. */
  mirror: string;
  socketDir: string;
  volume: string;
  labels: Record<string, string>;
  limits: LaunchSpec['limits'];
}

/** The agent's user in every runner image. */
const user = '1000:1000';
/** Low enough for engines that may not raise their own limit, which then refuse to start the container at all. */
const openFiles = 16_384;

/** Docker Engine API 1.41, `ContainerCreate`. Whatever a repository or an agent says never reaches this function. */
export function containerOptions(request: ContainerRequest): Dockerode.ContainerCreateOptions {
  const { limits } = request;
  return {
    name: request.name,
    Image: request.image,
    Labels: request.labels,
    User: user,
    WorkingDir: containerPaths.work,
    Hostname: 'prlt',
    // An image's own idea of a health check or a stop signal has no say here.
    Healthcheck: { Test: ['NONE'] },
    StopSignal: 'SIGTERM',
    HostConfig: {
      NetworkMode: 'none',
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges'],
      Privileged: false,
      ReadonlyRootfs: true,
      Init: true,
      IpcMode: 'private',
      PidsLimit: limits.pids,
      Memory: limits.memory,
      MemorySwap: limits.memory,
      NanoCpus: Math.round(limits.cpus * 1e9),
      Ulimits: [
        { Name: 'nofile', Soft: openFiles, Hard: openFiles },
        { Name: 'core', Soft: 0, Hard: 0 },
      ],
      LogConfig: { Type: 'json-file', Config: { 'max-size': '10m', 'max-file': '1' } },
      RestartPolicy: { Name: 'no' },
      Tmpfs: { '/tmp': `rw,exec,nosuid,nodev,size=${limits.tmp},mode=1777` },
      Mounts: [
        readOnlyBind(request.mirror, containerPaths.mirror),
        readOnlyBind(request.socketDir, containerPaths.socketDir),
        { Type: 'volume', Source: request.volume, Target: containerPaths.work },
      ],
    },
  };
}

/**
 * Its propagation is the engine's choice: private, and below the engine's own directory, where volumes are, `rslave`,
 * which is all that it takes there. Neither lets a container mount anything on the host.
 */
function readOnlyBind(source: string, target: string): Dockerode.MountSettings {
  return { Type: 'bind', Source: source, Target: target, ReadOnly: true };
}
