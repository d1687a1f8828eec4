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
  /** Volume with the runner's parts, when the image is a repository's own and has none. */
  runnerVolume?: string;
  labels: Record<string, string>;
  limits: LaunchSpec['limits'];
  /** The engine's name of what runs the container, such as `runsc`; undefined for its usual one. */
  engineRuntime?: string | undefined;
}

/** The agent's user in every runner image. */
const user = '1000:1000';
/** Low enough for engines that may not raise their own limit, which then refuse to start the container at all. */
const openFiles = 16_384;

/** What of the host a container sees; the only ways to say it. */
export type Place =
  | { kind: 'host'; source: string; target: string }
  | { kind: 'workspace'; volume: string; own: boolean }
  | { kind: 'runner'; volume: string };

/** Docker Engine API 1.41, `ContainerCreate`. Whatever a repository or an agent says never reaches this function. */
export function containerOptions(request: ContainerRequest): Dockerode.ContainerCreateOptions {
  const { limits, runnerVolume, engineRuntime } = request;
  return {
    name: request.name,
    Image: request.image,
    Labels: request.labels,
    WorkingDir: containerPaths.work,
    ...confinement(
      limits,
      [
        { kind: 'host', source: request.mirror, target: containerPaths.mirror },
        { kind: 'host', source: request.socketDir, target: containerPaths.socketDir },
        { kind: 'workspace', volume: request.volume, own: runnerVolume !== undefined },
        ...(runnerVolume === undefined ? [] : [{ kind: 'runner' as const, volume: runnerVolume }]),
      ],
      engineRuntime,
    ),
    ...(runnerVolume === undefined ? {} : inOwnImage),
  };
}

/** What a runner's image says of itself (runners/shim), and a repository's does not. */
const inOwnImage = {
  Entrypoint: [`${containerPaths.runner}/bin/node`, `${containerPaths.runner}/runners/shim/main.ts`],
  Cmd: [],
  Env: [`NODE_COMPILE_CACHE=${containerPaths.runner}/compile-cache`],
};

/** What keeps a container in, whatever its image is. */
export function confinement(
  limits: LaunchSpec['limits'],
  places: Place[],
  engineRuntime?: string,
): Dockerode.ContainerCreateOptions {
  return {
    User: user,
    Hostname: 'prlt',
    // An image's own idea of a health check or a stop signal has no say here.
    Healthcheck: { Test: ['NONE'] },
    StopSignal: 'SIGTERM',
    HostConfig: {
      ...(engineRuntime === undefined ? {} : { Runtime: engineRuntime }),
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
      Mounts: places.map(mountOf),
    },
  };
}

function mountOf(place: Place): Dockerode.MountSettings {
  switch (place.kind) {
    case 'host':
      return readOnlyBind(place.source, place.target);
    case 'workspace':
      return {
        Type: 'volume',
        Source: place.volume,
        Target: containerPaths.work,
        ...(place.own ? { VolumeOptions: asItIs } : {}),
      };
    case 'runner':
      return {
        Type: 'volume',
        Source: place.volume,
        Target: containerPaths.runner,
        ReadOnly: true,
        VolumeOptions: asItIs,
      };
  }
}

/** What an image has at the place of a volume would else be copied into it, its owner with it. */
const asItIs = { NoCopy: true, Labels: {}, DriverConfig: { Name: '', Options: {} } };

/**
 * Its propagation is the engine's choice: private, and below the engine's own directory, where volumes are, `rslave`,
 * which is all that it takes there. Neither lets a container mount anything on the host.
 */
function readOnlyBind(source: string, target: string): Dockerode.MountSettings {
  return { Type: 'bind', Source: source, Target: target, ReadOnly: true };
}
