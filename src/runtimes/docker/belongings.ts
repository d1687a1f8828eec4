/** All that one installation has on an engine, whatever it was made for: told by its label, and removed by it. */
import type Dockerode from 'dockerode';
import { removeContainer } from './container.ts';
import { deadlines, engineCall, orAbsent, sentenceOf } from './engine.ts';
import { labels } from './names.ts';

export interface Belonging {
  kind: 'container' | 'network' | 'volume';
  /** What the engine knows it by. */
  id: string;
  name: string;
}

/** In the order in which they can be removed. Rejects when the engine cannot be asked. */
export async function belongingsOf(docker: Dockerode, installation: string): Promise<Belonging[]> {
  const filters = { label: [`${labels.installation}=${installation}`] };
  const containers = await engineCall('list containers', deadlines.quick, (abort) =>
    docker.listContainers({ all: true, filters, ...abort }),
  );
  const networks = await engineCall('list networks', deadlines.quick, (abort) =>
    docker.listNetworks({ filters, ...abort }),
  );
  const { Volumes } = await engineCall('list volumes', deadlines.quick, (abort) =>
    docker.listVolumes({ filters, ...abort }),
  );
  return [
    ...containers.map(({ Id, Names }) => named('container', Id, Names[0]?.replace(/^\//, ''))),
    ...networks.map(({ Id, Name }) => named('network', Id, Name)),
    // The engine answers null where there is none.
    ...(Volumes ?? []).map(({ Name }) => named('volume', Name, Name)),
  ];
}

function named(kind: Belonging['kind'], id: string, name = id): Belonging {
  return { kind, id, name };
}

/** One after the other; what is gone already is fine. Gives a sentence for each that stayed. */
export async function removeBelongings(
  docker: Dockerode,
  belongings: readonly Belonging[],
): Promise<string[]> {
  const stayed: string[] = [];
  for (const { kind, id, name } of belongings) {
    try {
      await remove(docker, kind, id);
    } catch (error) {
      stayed.push(`The ${kind} ${name} stayed: ${sentenceOf(error)}`);
    }
  }
  return stayed;
}

async function remove(docker: Dockerode, kind: Belonging['kind'], id: string): Promise<void> {
  if (kind === 'container') return removeContainer(docker.getContainer(id));
  const thing = kind === 'network' ? docker.getNetwork(id) : docker.getVolume(id);
  await orAbsent(engineCall(`remove a ${kind}`, deadlines.start, (abort) => thing.remove(abort)));
}
