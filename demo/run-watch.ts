/** What goes on inside a run: its container as the engine describes it, and what the shim and the agent tell prlt. */
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type Dockerode from 'dockerode';
import type { ShimEvent } from '#runners/shim/protocol.ts';
import { labels } from '#src/runtimes/docker/names.ts';
import type { Speaker } from './timeline.ts';

export interface RunNews {
  speaker: Speaker;
  text: string;
}

export interface RunWatch {
  look(): RunNews[];
  close(): void;
}

/** Reads prlt's database, beside prlt and without writing. */
export function watchRuns(dataDir: string): RunWatch {
  const database = new Database(join(dataDir, 'prlt.db'), { readonly: true });
  const newer = database.prepare<[number], { at: number; run: string; body: string }>(
    'select rowid as at, run, body from run_events where rowid > ? order by rowid',
  );
  let last = 0;
  return {
    look: () =>
      newer.all(last).flatMap(({ at, body }) => {
        last = at;
        return told(JSON.parse(body) as ShimEvent);
      }),
    close: () => void database.close(),
  };
}

function told(event: ShimEvent): RunNews[] {
  switch (event.type) {
    case 'checkout_ready':
      return [{ speaker: 'prlt', text: `the checkout is ready at ${event.head.slice(0, 7)}` }];
    case 'prompt_started':
      return [{ speaker: 'prlt', text: `prompt ${event.number} (${event.kind}) goes to the agent` }];
    case 'message':
      return event.text
        .split('\n')
        .filter((line) => line.trim() !== '')
        .map((text) => ({ speaker: 'agent' as const, text }));
    case 'finished':
      return [
        { speaker: 'prlt', text: `the run ${event.verdict.outcome}, ${commits(event.verdict.commits)}` },
      ];
    default:
      return [];
  }
}

function commits(count: number): string {
  return count === 1 ? '1 commit' : `${count} commits`;
}

/** Tells of each container of the installation once, from what the engine says about it. */
export function watchContainers(docker: Dockerode, installation: string): () => Promise<RunNews[]> {
  const seen = new Set<string>();
  const filters = { label: [`${labels.installation}=${installation}`, labels.run] };
  return async () => {
    const fresh = (await docker.listContainers({ filters })).filter(({ Id }) => !seen.has(Id));
    const news: RunNews[] = [];
    for (const { Id } of fresh) {
      seen.add(Id);
      const text = await describe(docker.getContainer(Id)).catch(() => undefined);
      if (text !== undefined) news.push({ speaker: 'prlt', text });
    }
    return news;
  };
}

async function describe(container: Dockerode.Container): Promise<string> {
  const { Name, Config, HostConfig, Mounts } = await container.inspect();
  const facts = [
    `network ${HostConfig.NetworkMode}`,
    `user ${Config.User}`,
    `capabilities ${((HostConfig.CapDrop ?? []) as string[]).map((each) => `-${each}`).join(' ')}`,
    HostConfig.ReadonlyRootfs ? 'read-only root' : 'writable root',
    `${HostConfig.PidsLimit} processes`,
    `${Math.round((HostConfig.Memory ?? 0) / 2 ** 20)} MB`,
  ];
  const mounts = Mounts.map(({ Destination, RW }) => `${Destination} ${RW ? 'writable' : 'read-only'}`);
  return `container ${Name.slice(1)}\n${facts.join(' · ')}\nmounts: ${mounts.join(' · ')}`;
}
