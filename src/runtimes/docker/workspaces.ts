/** Workspace volumes: made with this installation's label before the container, found and removed by it. */
import type Dockerode from 'dockerode';
import { isSafeName } from '../safe-name.ts';
import { deadlines, engineCall, orAbsent, statusOf } from './engine.ts';
import { labels, ownFilter, volumeName } from './names.ts';

/**
 * Creates the volume, or finds it. A fresh one belongs to root; the engine gives it owner and contents of the image's
 * `/work` when a container with it is created. Throws a sentence when the name is someone else's.
 */
export async function createWorkspace(
  docker: Dockerode,
  installation: string,
  workspace: string,
): Promise<void> {
  const name = volumeName(installation, workspace);
  const wanted = { [labels.installation]: installation, [labels.workspace]: workspace };
  let found = await createVolume(docker, name, wanted);
  if (isNameless(found)) {
    await orAbsent(
      engineCall('remove a volume', deadlines.start, (abort) => docker.getVolume(name).remove(abort)),
    );
    found = await createVolume(docker, name, wanted);
  }
  if (found?.[labels.installation] !== installation || found[labels.workspace] !== workspace) {
    throw new Error(`The volume ${name} was not made for this workspace; remove it and try again.`);
  }
}

/**
 * An engine that ends while it makes a volume keeps its directory and forgets its labels. Nothing is in it yet, and with
 * the workspace's id in its name it is nobody else's.
 */
function isNameless(found: Record<string, string> | null): boolean {
  return Object.keys(found ?? {}).length === 0;
}

/** Gives the labels that the volume has then, which are another's when it was there. */
async function createVolume(
  docker: Dockerode,
  Name: string,
  Labels: Record<string, string>,
): Promise<Record<string, string> | null> {
  await engineCall('create a volume', deadlines.quick, (abort) =>
    docker.createVolume({ Name, Labels, ...abort }),
  );
  const found = await engineCall('inspect a volume', deadlines.quick, (abort) =>
    docker.getVolume(Name).inspect(abort),
  );
  return found.Labels;
}

export async function listWorkspaces(docker: Dockerode, installation: string): Promise<string[]> {
  const filters = ownFilter(installation, labels.workspace);
  const { Volumes } = await engineCall('list volumes', deadlines.quick, (abort) =>
    docker.listVolumes({ filters, ...abort }),
  );
  // The engine answers null where there is none.
  return (Volumes ?? []).flatMap((volume) => volume.Labels?.[labels.workspace] ?? []);
}

type DiskUsage = (options: object) => Promise<{ Volumes: Dockerode.VolumeInspectInfo[] | null }>;

/** Bytes by workspace, as the engine counts them (Docker Engine API: `GET /system/df`; it walks every volume). */
export async function workspaceUsage(docker: Dockerode, installation: string): Promise<Map<string, number>> {
  const { Volumes } = await engineCall('count the disk in use', deadlines.start, (abort) =>
    // Its types know no options.
    (docker.df as unknown as DiskUsage).call(docker, { type: ['volume'], ...abort }),
  );
  const own = (Volumes ?? []).filter((volume) => volume.Labels?.[labels.installation] === installation);
  return new Map(
    own.flatMap(({ Labels, UsageData }): [string, number][] => {
      const workspace = Labels?.[labels.workspace];
      return workspace && UsageData && UsageData.Size >= 0 ? [[workspace, UsageData.Size]] : [];
    }),
  );
}

/** Absent is fine. Rejects with a sentence while a container still has it. */
export async function removeWorkspace(
  docker: Dockerode,
  installation: string,
  workspace: string,
): Promise<void> {
  if (!isSafeName(workspace)) return;
  const volume = docker.getVolume(volumeName(installation, workspace));
  const found = await orAbsent(
    engineCall('inspect a volume', deadlines.quick, (abort) => volume.inspect(abort)),
  );
  if (!found || !(isNameless(found.Labels) || found.Labels[labels.installation] === installation)) return;
  try {
    await orAbsent(engineCall('remove a volume', deadlines.start, (abort) => volume.remove(abort)));
  } catch (error) {
    if (statusOf(error) !== 409) throw error;
    throw new Error(`The workspace ${workspace} is still in use; remove its run first.`, { cause: error });
  }
}
