/** The service in a container: what it calls `/data/x` the engine knows by another path, or not at all. */
import { access, readFile, readlink, realpath } from 'node:fs/promises';
import { hostname } from 'node:os';
import { posix } from 'node:path';
import type Dockerode from 'dockerode';
import { deadlines, engineCall, orAbsent } from './engine.ts';

/** Translates a path of the service to the engine's host. Rejects with a sentence where the host cannot see it. */
export type HostPath = (path: string) => Promise<string>;

/** A mount of the service's own container, as the engine's inspection gives it. */
export interface OwnMount {
  Source: string;
  Destination: string;
}

/** For a service that runs on the engine's own host. */
export const samePath: HostPath = async (path) => path;

/** Looks once, at the first use, whether the service is in a container of this engine; a failure is tried again. */
export function createHostPath(docker: Dockerode): HostPath {
  let mounts: OwnMount[] | undefined | 'unknown' = 'unknown';
  return async (path) => {
    if (mounts === 'unknown') mounts = await ownMounts(docker);
    return mounts === undefined ? path : translatePath(mounts, await realpath(path));
  };
}

/** Pure part: the deepest mount that holds `path`. Throws a sentence when there is none, since the engine would make an empty directory. */
export function translatePath(mounts: OwnMount[], path: string): string {
  const wanted = posix.normalize(path);
  const holding = mounts
    .filter(({ Destination }) => isWithin(wanted, posix.normalize(Destination)))
    .sort((a, b) => b.Destination.length - a.Destination.length)[0];
  if (holding === undefined) {
    throw new Error(
      `${wanted} is inside the service's container only, so runs cannot have it. Mount the data directory (PRLT_DATA_DIR) into the service's container from the host or from a volume.`,
    );
  }
  const beneath = mounts.find(
    ({ Destination }) => Destination !== wanted && isWithin(posix.normalize(Destination), wanted),
  );
  if (beneath !== undefined) {
    throw new Error(
      `${beneath.Destination} is a mount of its own below ${wanted}; keep the data directory on one mount.`,
    );
  }
  return posix.join(holding.Source, posix.relative(posix.normalize(holding.Destination), wanted));
}

/** The container id in the mounts that every engine makes for a container, for services whose hostname was set. */
export function containerIdIn(mountinfo: string): string | undefined {
  return /\/containers\/([0-9a-f]{64})\/(?:hostname|resolv\.conf|hosts)\s/.exec(mountinfo)?.[1];
}

/** Undefined when the service is not in a container. */
async function ownMounts(docker: Dockerode): Promise<OwnMount[] | undefined> {
  const id = containerIdIn(await readFile('/proc/self/mountinfo', 'utf8').catch(() => ''));
  if (id === undefined && !(await isMarkedAsContainer())) return undefined;
  const own = docker.getContainer(id ?? hostname());
  const info = await orAbsent(
    engineCall('inspect the service', deadlines.quick, (abort) => own.inspect(abort)),
  );
  if (info === undefined) {
    throw new Error(
      "The service runs in a container that its engine does not know, so the host's paths cannot be found. Give it the socket of the engine that runs it, and leave its hostname alone.",
    );
  }
  return info.Mounts;
}

/** Name of the pid namespace that a kernel starts with (Linux `proc_ns.h`, PROC_PID_INIT_INO). */
const initialPidNamespace = 'pid:[4026531836]';

/** An engine's marker file counts only away from the initial pid namespace: machines made from images keep the file. */
async function isMarkedAsContainer(): Promise<boolean> {
  const namespace = await readlink('/proc/self/ns/pid').catch(() => '');
  if (namespace === initialPidNamespace) return false;
  const markers = ['/.dockerenv', '/run/.containerenv'].map((path) => access(path));
  return (await Promise.allSettled(markers)).some(({ status }) => status === 'fulfilled');
}

function isWithin(path: string, directory: string): boolean {
  return path === directory || path.startsWith(directory.endsWith('/') ? directory : `${directory}/`);
}
