/** A repository's own image: had, and looked at once, before a run is given to it. */
import type Dockerode from 'dockerode';
import type { ImageAnswer, NotLaunched } from '../runtime.ts';
import { removeContainer } from './container.ts';
import { confinement } from './container-options.ts';
import { deadlines, engineCall, orAbsent, sentenceOf, statusOf } from './engine.ts';
import { checkName, isImageReference, labels } from './names.ts';
import { lookScript, verdictOn } from './own-image-verdict.ts';
import { pullImage } from './pull.ts';
import { node, type VolumeContext } from './runner-volume.ts';

const MiB = 1024 * 1024;
const limits = { memory: 256 * MiB, cpus: 1, pids: 64, tmp: 16 * MiB };

/** Pulls it when the engine lacks it; what a tag means afterwards is the engine's word. */
export async function findOwnImage(
  docker: Dockerode,
  image: string,
): Promise<{ kind: 'ready'; id: string; pin?: string; info: Dockerode.ImageInspectInfo } | NotLaunched> {
  if (!isImageReference(image)) {
    return { kind: 'refused', reason: `${JSON.stringify(image.slice(0, 255))} is not the name of an image.` };
  }
  const inspect = () =>
    orAbsent(engineCall('inspect an image', deadlines.quick, () => docker.getImage(image).inspect()));
  let info = await inspect();
  if (info === undefined && /^sha256:/.test(image)) {
    return { kind: 'image_missing', reason: `The image ${image} is not on this engine any more.` };
  }
  if (info === undefined) {
    const failed = await pullImage(docker, image);
    info = failed === undefined ? await inspect() : undefined;
    if (info === undefined) {
      const why = failed ?? 'the engine does not show it afterwards';
      return {
        kind: 'image_missing',
        reason: `The image ${image} is not on this engine and could not be pulled: ${why.replace(/\.$/, '')}.`,
      };
    }
  }
  const repository = image.replace(/@.*$/, '').replace(/:[^:/]*$/, '');
  const pin = info.RepoDigests?.find((digest) => digest.startsWith(`${repository}@`));
  return { kind: 'ready', id: info.Id, ...(pin ? { pin } : {}), info };
}

/** Whether a run can live in it, by what it says of itself and by looking around in a container of it. */
export async function checkOwnImage(
  context: VolumeContext,
  named: string,
  info: Dockerode.ImageInspectInfo,
  runnerVolume: string,
): Promise<ImageAnswer> {
  const unsuitable = (reason: string): NotLaunched => ({ kind: 'image_unsuitable', reason });
  // Such a volume is writable under a read-only root and outlives the container.
  const volumes = Object.keys(info.Config?.Volumes ?? {});
  if (volumes.length > 0) {
    return unsuitable(
      `The image ${named} declares VOLUME ${volumes.join(', ').slice(0, 200)}; build it without, prlt gives each run its workspace.`,
    );
  }
  // Containers inherit them, and by these the service knows what is its own.
  const ours = Object.values<string>(labels).filter((label) => info.Config?.Labels?.[label] !== undefined);
  if (ours.length > 0) {
    return unsuitable(`The image ${named} has the label ${ours[0]}, which is prlt's own; build it without.`);
  }
  const problem = verdictOn(named, await look(context, info.Id, runnerVolume));
  return problem === undefined ? { kind: 'ready', id: info.Id } : unsuitable(problem);
}

/** What the look ended with: its exit code, and everything it or the loader said. */
export interface Look {
  exitCode: number;
  said: string;
}

async function look(
  { docker, installation, engineRuntime }: VolumeContext,
  image: string,
  runnerVolume: string,
): Promise<Look> {
  const name = checkName(installation, image);
  await removeContainer(docker.getContainer(name));
  const container = await engineCall('create a container', deadlines.start, (abort) =>
    docker.createContainer({
      name,
      Image: image,
      Labels: { [labels.installation]: installation, [labels.filler]: name },
      ...confinement(limits, [{ kind: 'runner', volume: runnerVolume }], engineRuntime),
      WorkingDir: '/',
      Entrypoint: [node, '-e', lookScript],
      Cmd: [],
      Tty: true,
      ...abort,
    }),
  );
  try {
    await engineCall('start a container', deadlines.start, (abort) => container.start(abort));
    const ended = await engineCall('finish the look', deadlines.start, (abort) => container.wait(abort));
    const said = await engineCall('read what a container said', deadlines.quick, () =>
      container.logs({ stdout: true, stderr: true, tail: 50 }),
    );
    return { exitCode: Number(ended.StatusCode), said: said.toString('utf8').slice(-8_000) };
  } catch (error) {
    if (statusOf(error) === undefined) throw error;
    return { exitCode: 127, said: sentenceOf(error) };
  } finally {
    await removeContainer(container);
  }
}
