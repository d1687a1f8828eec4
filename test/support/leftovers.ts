/** What a stopped service keeps for its next start, and what nobody needs once its data directory goes. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import Docker from 'dockerode';
import { pino } from 'pino';
import { labels } from '#src/runtimes/docker/names.ts';
import { createHostRuntime } from '#src/runtimes/host/runtime.ts';

/** Id of the installation whose data directory this is; undefined when the service never got that far. */
export function installationOf(dataDir: string): string | undefined {
  try {
    const database = new Database(join(dataDir, 'prlt.db'), { readonly: true });
    try {
      const row = database.prepare("select value from meta where name = 'installation'").get();
      return (row as { value: string } | undefined)?.value;
    } finally {
      database.close();
    }
  } catch {
    return undefined;
  }
}

/** Removes the containers and volumes, or the processes, of a service that has ended. */
export async function removeLeftovers(dataDir: string, runtime: 'docker' | 'host'): Promise<void> {
  if (runtime === 'host') return endProcesses(dataDir);
  const installation = installationOf(dataDir);
  if (installation === undefined) return;
  const docker = new Docker();
  // A call that the service made just before it ended may still be carried out, so one empty look is not enough.
  for (let empty = 0, looks = 0; empty < 2; looks += 1) {
    if (looks > 0) await sleep(100);
    if (looks > 100) throw new Error(`The engine does not let go of what installation ${installation} has.`);
    empty = (await removeAll(docker, installation)) === 0 ? empty + 1 : 0;
  }
}

/** Returns how many things there were. */
async function removeAll(docker: Docker, installation: string): Promise<number> {
  const filters = { label: [`${labels.installation}=${installation}`] };
  const containers = await docker.listContainers({ all: true, filters });
  for (const { Id } of containers) await docker.getContainer(Id).remove({ force: true }).catch(unlessGone);
  const volumes = (await docker.listVolumes({ filters })).Volumes ?? [];
  for (const { Name } of volumes) await docker.getVolume(Name).remove().catch(unlessGone);
  return containers.length + volumes.length;
}

async function endProcesses(dataDir: string): Promise<void> {
  const runtime = createHostRuntime({
    root: join(dataDir, 'host'),
    shimEntry: '',
    log: pino({ level: 'silent' }),
  });
  for (const { run } of await runtime.observe()) await runtime.remove(run);
}

/** 404: it went by itself. 409: the engine removes it, or a container that has it, already. */
function unlessGone(error: { statusCode?: number }): void {
  if (error.statusCode !== 404 && error.statusCode !== 409) throw error;
}
