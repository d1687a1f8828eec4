/** The Docker engine and the images of the runners. */
import type Dockerode from 'dockerode';
import { imageName } from '#runners/image-name.ts';
import { runners } from '#runners/registry.ts';
import { checkImage } from '../../runtimes/docker/image.ts';
import { broken, type Finding, ok, reasonOf, weak } from './finding.ts';
import { isAtLeast, type Version, versionIn, written } from './version.ts';

/** Of Docker's API: mounts of sockets and volumes as prlt asks for them. */
const apiFloor: Version = [1, 41, 0];
/** First engine that unpacks archives of a used container without running that container's programs on the host. */
const engineFloor: Version = [29, 5, 1];

export interface EngineFacts {
  version: string;
  api: string;
  /** `1` or `2`. */
  cgroup: string;
  /** As `docker info` lists them: `name=seccomp,profile=default`, `name=userns`, `name=rootless`. */
  security: readonly string[];
}

export function judgeEngine({ version, api }: EngineFacts): Finding {
  const apiVersion = versionIn(api);
  if (!apiVersion || !isAtLeast(apiVersion, apiFloor)) {
    return broken(
      'engine',
      `Docker ${version} speaks API ${api}.`,
      'Use Docker 20.10 or newer, better 29.5.1.',
    );
  }
  const found = versionIn(version);
  if (found && isAtLeast(found, engineFloor)) return ok('engine', `Docker ${version}, API ${api}`);
  return weak(
    'engine',
    `Docker ${version} is older than ${written(engineFloor)}: copying files into a used container can run its programs as root on this machine (CVE-2026-41567). prlt never copies; other users of the engine may.`,
    `Update to ${written(engineFloor)} or newer, and do not use \`docker cp\` with containers of prlt.`,
  );
}

export function judgeCgroup({ cgroup }: EngineFacts): Finding {
  if (cgroup === '2') return ok('cgroup', 'cgroup v2');
  return weak(
    'cgroup',
    'cgroup v1: limits of memory and processes hold, but when memory runs out one process is ended and not the whole run.',
    'Start the machine with cgroup v2 (`systemd.unified_cgroup_hierarchy=1`).',
  );
}

export function judgeSecurity({ security }: EngineFacts): Finding {
  const has = (name: string) => security.some((option) => option.startsWith(`name=${name}`));
  if (!has('seccomp')) {
    return weak(
      'isolation',
      'The engine filters no system calls (seccomp).',
      'Use a kernel and an engine with seccomp.',
    );
  }
  const apart = has('rootless') ? 'a rootless engine' : has('userns') ? 'user namespaces' : undefined;
  return ok(
    'isolation',
    apart ? `seccomp and ${apart}` : 'seccomp; runs share the kernel, as another user than root',
  );
}

/** @param missing sentences about images that cannot be used */
export function judgeImages(names: readonly string[], missing: readonly string[]): Finding {
  if (missing.length === 0) return ok('images', `${names.length} runner images are there`);
  const todo = 'Run `npm run runners:build` on this machine; `-- --only claude` builds one.';
  if (missing.length === names.length) return broken('images', missing.join(' '), todo);
  return weak('images', `Runners without an image cannot be used: ${missing.join(' ')}`, todo);
}

export async function checkEngine(docker: Dockerode): Promise<Finding[]> {
  let facts: EngineFacts;
  try {
    const [version, info] = await withDeadline(Promise.all([docker.version(), docker.info()]));
    facts = {
      version: version.Version,
      api: version.ApiVersion,
      cgroup: info.CgroupVersion ?? '1',
      security: info.SecurityOptions ?? [],
    };
  } catch (error) {
    const todo = 'Start Docker, let this user use its socket, or set DOCKER_HOST.';
    return [broken('engine', `No Docker engine answers: ${reasonOf(error)}.`, todo)];
  }
  const images = runners.map((runner) => imageName(runner));
  const checks = await Promise.all(
    images.map((image) =>
      checkImage(docker, image).catch((error: unknown) => ({ kind: 'failed', reason: reasonOf(error) })),
    ),
  );
  const missing = checks.flatMap((check) => ('reason' in check ? [check.reason] : []));
  return [judgeEngine(facts), judgeCgroup(facts), judgeSecurity(facts), judgeImages(images, missing)];
}

/** Where the engine keeps images and volumes; undefined when it does not say. */
export async function engineRoot(docker: Dockerode): Promise<string | undefined> {
  const info = await withDeadline(docker.info()).catch(() => undefined);
  return info?.DockerRootDir;
}

const deadline = 10_000;

function withDeadline<T>(call: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(new Error(`it did not answer within ${deadline / 1000} s`)),
    deadline,
  );
  return Promise.race([call, promise]).finally(() => clearTimeout(timer));
}
