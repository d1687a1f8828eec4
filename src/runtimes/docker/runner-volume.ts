/** A volume with a runner's parts, mounted into repositories' own images: filled once per version of the runner. */
import type Dockerode from 'dockerode';
import { containerPaths } from '#runners/shim/protocol.ts';
import { removeContainer } from './container.ts';
import { deadlines, engineCall, orAbsent, statusOf } from './engine.ts';
import { fillerName, labels, ownFilter, runnerVolumeName, versionOf } from './names.ts';

export interface VolumeContext {
  engineRuntime?: string | undefined;
  docker: Dockerode;
  installation: string;
}

/** The program that everything in it is started with. */
export const node = `${containerPaths.runner}/bin/node`;

/** The runner's image is of an earlier layout. */
export class NoRunnerParts extends Error {}

/**
 * Name of the volume for a runner's image, filled. The engine copies what an image has at a place into an empty volume
 * when a container with it is created. A second, empty volume says that the copy was finished: labels cannot change.
 */
export async function runnerVolume(context: VolumeContext, image: string): Promise<string> {
  const version = versionOf(image);
  const name = runnerVolumeName(context.installation, version);
  if ((await exists(context, name)) && (await exists(context, markerOf(name)))) return name;
  const filler = fillerName(context.installation, version);
  await removeContainer(context.docker.getContainer(filler));
  // Containers get it when it is full, so what one has is full, whatever became of the marker.
  if ((await remove(context, name)) !== 'in_use') {
    await create(context, name, version);
    await neverStarted(context, {
      name: filler,
      image,
      volume: name,
      target: containerPaths.runner,
      needs: node,
    });
  }
  await create(context, markerOf(name), version);
  return name;
}

/** Gives a workspace owner and contents of the runner image's `/work`: what a repository's image has there is no matter. */
export async function initialiseWorkspace(
  context: VolumeContext,
  { image, volume, run }: { image: string; volume: string; run: string },
): Promise<void> {
  const name = fillerName(context.installation, run);
  await removeContainer(context.docker.getContainer(name));
  await neverStarted(context, { name, image, volume, target: containerPaths.work });
}

/** Removes volumes of other versions than `images`, and containers that were not to stay. What is in use or `busy` stays. */
export async function tidyVolumes(
  context: VolumeContext,
  images: readonly string[],
  busy: (name: string) => boolean,
): Promise<void> {
  const { docker, installation } = context;
  const fillers = ownFilter(installation, labels.filler);
  const containers = await engineCall('list containers', deadlines.quick, (abort) =>
    docker.listContainers({ all: true, filters: fillers, ...abort }),
  );
  for (const { Id, Names } of containers) {
    if (!Names.some((name) => busy(name.replace(/^\//, '')))) await removeContainer(docker.getContainer(Id));
  }
  const current = new Set(images.map((image) => runnerVolumeName(installation, versionOf(image))));
  const filters = ownFilter(installation, labels.runner);
  const { Volumes } = await engineCall('list volumes', deadlines.quick, (abort) =>
    docker.listVolumes({ filters, ...abort }),
  );
  for (const { Name } of Volumes ?? []) {
    const volume = Name.replace(/-ok$/, '');
    if (current.has(volume) || busy(volume)) continue;
    if (volume === Name && (await remove(context, Name)) === 'in_use') continue;
    if (!(await exists(context, volume))) await remove(context, markerOf(volume));
  }
}

interface NeverStarted {
  name: string;
  image: string;
  volume: string;
  target: string;
  /** A file that has to be in the image. */
  needs?: string;
}

async function neverStarted({ docker, installation }: VolumeContext, filler: NeverStarted): Promise<void> {
  const container = await engineCall('fill a volume', deadlines.fill, (abort) =>
    docker.createContainer({
      name: filler.name,
      Image: filler.image,
      Labels: { [labels.installation]: installation, [labels.filler]: filler.name },
      HostConfig: {
        NetworkMode: 'none',
        Mounts: [{ Type: 'volume', Source: filler.volume, Target: filler.target }],
      },
      ...abort,
    }),
  );
  try {
    const { needs } = filler;
    if (needs === undefined) return;
    const there = await orAbsent(
      engineCall('look into a container', deadlines.quick, () => container.infoArchive({ path: needs })),
    );
    if (there === undefined) {
      throw new NoRunnerParts(
        `The runner's image has no ${needs}; build the runner images anew with \`npm run runners:build\`.`,
      );
    }
  } finally {
    await removeContainer(container);
  }
}

async function create({ docker, installation }: VolumeContext, Name: string, version: string): Promise<void> {
  const Labels = { [labels.installation]: installation, [labels.runner]: version };
  await engineCall('create a volume', deadlines.quick, (abort) =>
    docker.createVolume({ Name, Labels, ...abort }),
  );
}

async function exists({ docker, installation }: VolumeContext, name: string): Promise<boolean> {
  const found = await orAbsent(
    engineCall('inspect a volume', deadlines.quick, (abort) => docker.getVolume(name).inspect(abort)),
  );
  return found?.Labels?.[labels.installation] === installation;
}

async function remove({ docker }: VolumeContext, name: string): Promise<'gone' | 'in_use'> {
  try {
    await orAbsent(
      engineCall('remove a volume', deadlines.start, (abort) => docker.getVolume(name).remove(abort)),
    );
    return 'gone';
  } catch (error) {
    if (statusOf(error) !== 409) throw error;
    return 'in_use';
  }
}

function markerOf(volume: string): string {
  return `${volume}-ok`;
}
