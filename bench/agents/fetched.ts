/** What the service and its containers have fetched so far, told apart by where it came from. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import Database from 'better-sqlite3';
import { imageName } from '#runners/image-name.ts';
import type { RunnerManifest } from '#runners/manifest.ts';
import type { ModelStub } from '#test/support/models/stub.ts';
import type { ForwardProxy } from '#test/support/proxy.ts';
import type { Stage } from '#test/support/scenario.ts';
import type { Figure } from '../figure.ts';
import { mirrorOf } from '../runs/first-event.ts';
import type { Traffic } from './traffic.ts';

export interface Sources {
  stage: Stage;
  runner: RunnerManifest;
  models: ModelStub;
  /** The only way to anything that is not on this machine. */
  proxy: ForwardProxy;
  traffic: Traffic;
  /** When the service was started, milliseconds since the epoch. */
  since: number;
}

/** Bytes, or a count where it says so. */
export interface Fetched {
  /** Objects in the mirror. */
  objects: number;
  /** Both ways through what the containers may reach besides their models: tunnels and plain requests. */
  wayOut: number;
  /** Count of what the proxy was asked for. */
  outside: number;
  /** Count of images that the engine was made to fetch. */
  pulls: number;
  /** Count of places that a run asked for and did not get. */
  refused: number;
  /** git's answers: which branches there are, and objects. */
  git: number;
  api: number;
  models: number;
}

const run = promisify(execFile);

export async function fetchedSoFar(sources: Sources): Promise<Fetched> {
  const { stage, runner, models, proxy, traffic, since } = sources;
  const isGit = (path: string): boolean => /\.git\//.test(path);
  const objects = await run('git', [
    '-c',
    'safe.directory=*',
    '--git-dir',
    mirrorOf(stage),
    'count-objects',
    '-v',
  ]);
  const sizes = [...objects.stdout.matchAll(/^size(?:-pack)?: (\d+)$/gm)].map(
    ([, kib]) => Number(kib) * 1024,
  );
  const pulls = await run('docker', [
    ...['events', '--since', seconds(since), '--until', seconds(Date.now())],
    ...['--filter', 'type=image', '--filter', 'event=pull', '--filter', `image=${imageName(runner)}`],
  ]);
  return {
    objects: sum(sizes),
    wayOut: wayOutBytes(stage.prlt.log()),
    outside: proxy.asked.length,
    pulls: pulls.stdout.split('\n').filter(Boolean).length,
    refused: refusedPlaces(stage.prlt.dataDir),
    git: traffic.sentBy(stage.github.url, isGit),
    api: traffic.sentBy(stage.github.url, (path) => !isGit(path)),
    // The bare agent asks below /models, as a container does; the gateway takes that away.
    models: traffic.sentBy(models.url, (path) => !path.startsWith('/models/')),
  };
}

export function fetchedPerRun(
  id: string,
  name: string,
  before: Fetched,
  after: Fetched,
  runs: number,
): Figure {
  const per = (what: keyof Fetched): number => (after[what] - before[what]) / runs;
  return {
    id,
    what: `bytes fetched per run of ${name} after the first, outside the model`,
    unit: 'B',
    ours: per('objects') + per('wayOut'),
    bar: { limit: 0, at: 'most', said: '0' },
    parts: {
      'objects of git': per('objects'),
      'through tunnels and plain requests': per('wayOut'),
      'requests to anything that is not on this machine': per('outside'),
      'images pulled': per('pulls'),
      'places asked for and refused': per('refused'),
      'not in the figure: answers of the model, bytes': per('models'),
      "not in the figure: GitHub's list of branches, asked by the host, bytes": per('git'),
      "not in the figure: GitHub's API, asked by the host, bytes": per('api'),
    },
  };
}

/** The gateway tells of each when it ends. */
function wayOutBytes(log: string): number {
  const ends = log.split('\n').filter((line) => /"a (tunnel|plain request) ended"/.test(line));
  return sum(
    ends.map((line) => {
      const { up = 0, down = 0 } = JSON.parse(line) as { up?: number; down?: number };
      return up + down;
    }),
  );
}

function refusedPlaces(dataDir: string): number {
  const db = new Database(join(dataDir, 'prlt.db'), { readonly: true, timeout: 5_000 });
  try {
    return db.prepare('select count(*) from refused_hosts').pluck().get() as number;
  } finally {
    db.close();
  }
}

function seconds(time: number): string {
  return (time / 1000).toFixed(3);
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
