/** What this installation has on the engine, alive or over. */
import type Dockerode from 'dockerode';
import type { ObservedRun } from '../runtime.ts';
import { inspect } from './container.ts';
import { deadlines, engineCall } from './engine.ts';
import { labels, ownFilter } from './names.ts';

/** Rejects with `EngineUnavailable` when the engine cannot tell. */
export async function observe(docker: Dockerode, installation: string): Promise<ObservedRun[]> {
  const filters = ownFilter(installation, labels.run);
  const listed = await engineCall('list containers', deadlines.quick, (abort) =>
    docker.listContainers({ all: true, filters, ...abort }),
  );
  const runs = await Promise.all(listed.map((entry) => observeOne(docker, entry)));
  return runs.filter((run) => run !== undefined);
}

async function observeOne(
  docker: Dockerode,
  entry: Dockerode.ContainerInfo,
): Promise<ObservedRun | undefined> {
  const run = { run: entry.Labels[labels.run] ?? '', epoch: Number(entry.Labels[labels.epoch]) };
  if (entry.State === 'created') return { ...run, state: 'created' };
  if (entry.State !== 'exited' && entry.State !== 'dead') return { ...run, state: 'running' };
  // Removed since it was listed: then it is not there.
  const info = await inspect(docker.getContainer(entry.Id));
  if (info === undefined) return undefined;
  return { ...run, state: 'exited', exitCode: info.State.ExitCode, oomKilled: info.State.OOMKilled };
}
