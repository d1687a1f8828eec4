/** Finding a run's container: by name, and only when its labels say that it is this installation's. */
import type Dockerode from 'dockerode';
import { isSafeName } from '../safe-name.ts';
import { deadlines, engineCall, orAbsent } from './engine.ts';
import { containerName, labels } from './names.ts';

export type Found =
  | { kind: 'absent' }
  /** The name is taken by something that is not this run. */
  | { kind: 'foreign' }
  | { kind: 'found'; container: Dockerode.Container; info: Dockerode.ContainerInspectInfo };

export async function findContainer(docker: Dockerode, installation: string, run: string): Promise<Found> {
  if (!isSafeName(run)) return { kind: 'absent' };
  const container = docker.getContainer(containerName(installation, run));
  const info = await inspect(container);
  if (info === undefined) return { kind: 'absent' };
  const own =
    info.Config.Labels[labels.installation] === installation && info.Config.Labels[labels.run] === run;
  return own ? { kind: 'found', container, info } : { kind: 'foreign' };
}

/** Undefined when the engine does not know it. */
export function inspect(container: Dockerode.Container): Promise<Dockerode.ContainerInspectInfo | undefined> {
  return orAbsent(
    engineCall('inspect a container', deadlines.quick, (options) => container.inspect(options)),
  );
}

/** Removes it with its anonymous volumes, whatever its state. Absent, or on its way out, is fine. */
export async function removeContainer(container: Dockerode.Container): Promise<void> {
  const options = { force: true, v: true };
  try {
    await orAbsent(
      engineCall('remove a container', deadlines.start, (abort) =>
        container.remove({ ...options, ...abort }),
      ),
    );
  } catch (error) {
    if ((await inspect(container)) !== undefined) throw error;
  }
}
