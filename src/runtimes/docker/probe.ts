/** "Docker answers": a container like a run's read a nonce through the mirror mount, spoke over the socket, and reached nothing else. */
import { randomBytes } from 'node:crypto';
import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import type Dockerode from 'dockerode';
import type { Logger } from 'pino';
import { socketName } from '#runners/shim/protocol.ts';
import { removeContainer } from './container.ts';
import { containerOptions } from './container-options.ts';
import { deadlines, engineCall, orAbsent, sentenceOf } from './engine.ts';
import type { HostPath } from './host-paths.ts';
import { checkImage } from './image.ts';
import { containerName, labels, ownFilter, volumeName } from './names.ts';
import { probeScript } from './probe-script.ts';
import { openProbeSocket } from './probe-socket.ts';
import { engineSentence, probeSentences } from './probe-verdict.ts';

export interface ProbeContext {
  docker: Dockerode;
  installation: string;
  hostPath: HostPath;
  engineRuntime?: string | undefined;
  image: string;
  dir: string;
  log: Logger;
}

const MiB = 1024 * 1024;
const limits = { memory: 256 * MiB, cpus: 1, pids: 64, tmp: 16 * MiB };

/** Sentences for the operator; none means that a run would work and would be alone. Never rejects. */
export async function probe(context: ProbeContext): Promise<string[]> {
  const { docker, image } = context;
  try {
    await engineCall('answer', deadlines.quick, () => docker.ping());
    await removeLeftovers(context);
    const check = await checkImage(docker, image);
    if (check.kind !== 'usable') return [check.reason];
    return await probeWith(context, check.id);
  } catch (error) {
    context.log.warn({ err: error }, 'the probe of the engine failed');
    return [engineSentence(error)];
  }
}

async function probeWith(context: ProbeContext, image: string): Promise<string[]> {
  const { docker, installation, hostPath } = context;
  const nonce = randomBytes(16).toString('hex');
  const name = `probe-${nonce.slice(0, 12)}`;
  const dir = join(context.dir, 'probe');
  const mirror = join(dir, 'm');
  const socketDir = join(dir, 's');
  // A service that was killed in the middle of a probe has left its files.
  await rm(dir, { recursive: true, force: true });
  await mkdir(dir);
  // Read by uid 1000 through mounts; the way there from outside is closed by the data directory.
  await chmod(dir, 0o700);
  for (const place of [mirror, socketDir]) {
    await mkdir(place);
    await chmod(place, 0o755);
  }
  await writeFile(join(mirror, 'nonce'), nonce);
  await chmod(join(mirror, 'nonce'), 0o644);
  const socket = await openProbeSocket(join(socketDir, socketName), nonce);
  try {
    const own = { [labels.installation]: installation, [labels.probe]: name };
    const request = {
      name: containerName(installation, name),
      image,
      mirror: await hostPath(mirror),
      socketDir: await hostPath(socketDir),
      volume: volumeName(installation, name),
      labels: own,
      limits,
      engineRuntime: context.engineRuntime,
    };
    await engineCall('create a volume', deadlines.quick, (abort) =>
      docker.createVolume({ Name: request.volume, Labels: own, ...abort }),
    );
    const container = await engineCall('create a container', deadlines.start, (abort) =>
      docker.createContainer({
        ...containerOptions(request),
        Entrypoint: ['node', '-e', probeScript],
        Cmd: [],
        Env: [`PRLT_PROBE_TARGETS=${JSON.stringify(targets())}`],
        ...abort,
      }),
    );
    await engineCall('start a container', deadlines.start, (abort) => container.start(abort));
    const ended = await engineCall('finish the probe', deadlines.start, (abort) => container.wait(abort));
    return probeSentences(Number(ended.StatusCode), socket.heard(), context.image);
  } finally {
    await socket.close();
    await rm(dir, { recursive: true, force: true });
    await removeLeftovers(context).catch((error: unknown) =>
      context.log.warn(
        { reason: sentenceOf(error) },
        "the probe's container was left behind until the next probe",
      ),
    );
  }
}

/** What a run must not reach: the metadata service, the engine's gateway, every outer address of this machine. */
function targets(): [string, number][] {
  const outer = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  const hosts = outer
    .filter(({ internal, family }) => !internal && family === 'IPv4')
    .map(({ address }) => address);
  return [...new Set(['169.254.169.254', '172.17.0.1', ...hosts])].map((host) => [host, 80]);
}

async function removeLeftovers({ docker, installation }: ProbeContext): Promise<void> {
  const filters = ownFilter(installation, labels.probe);
  const containers = await engineCall('list containers', deadlines.quick, (abort) =>
    docker.listContainers({ all: true, filters, ...abort }),
  );
  for (const { Id } of containers) await removeContainer(docker.getContainer(Id));
  const { Volumes } = await engineCall('list volumes', deadlines.quick, (abort) =>
    docker.listVolumes({ filters, ...abort }),
  );
  for (const { Name } of Volumes ?? []) {
    await orAbsent(
      engineCall('remove a volume', deadlines.quick, (abort) => docker.getVolume(Name).remove(abort)),
    );
  }
}
