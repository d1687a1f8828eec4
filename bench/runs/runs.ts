/** (b) to (e): runs of the whole service in Docker, beside bare containers of the same image, in turns. */

import { join } from 'node:path';
import Database from 'better-sqlite3';
import { volumeName } from '#src/runtimes/docker/names.ts';
import { repo, setStage } from '#test/support/scenario.ts';
import type { Figure } from '../figure.ts';
import { median } from '../statistics.ts';
import { agentScript, titles } from './agent.ts';
import { bareCheckoutBytes, bareRun, directoryBytes, volumeBytes } from './bare.ts';
import { type Bench, files, firstEvent, firstEvents, mirrorOf, quiet, spoken } from './first-event.ts';
import { type RunSeen, until, watch } from './watch.ts';

export async function measureRuns(quick: boolean): Promise<Figure[]> {
  const stage = await setStage({ agent: agentScript, files });
  const seen = watch(stage.prlt.dataDir);
  const bench: Bench = { stage, watch: seen };
  try {
    await firstEvent(bench);
    const bare = () => bareRun(mirrorOf(stage));
    await bare();
    // Before the pairs: after many runs the governor spaces writes out, and theirs would be counted here.
    const requests = await requestsOfRun(bench);
    const pairs = quick ? 5 : 20;
    const before = await dataBytes(stage.prlt.dataDir);
    const first = await firstEvents(bench, {
      id: 'b',
      what: "label → agent's first line stored",
      pairs,
      bare,
    });
    const growth = ((await dataBytes(stage.prlt.dataDir)) - before) / pairs;
    const { bytes, readopted } = await talkingRun(bench, growth, quick ? 2 : 5);
    return [first, bytes, ...requests, readopted];
  } finally {
    seen.close();
    await stage.close();
  }
}

/** What GitHub is asked, and what people are told, for one run that ends in a pull request. */
async function requestsOfRun({ stage, watch }: Bench): Promise<Figure[]> {
  const { github } = stage;
  const issue = github.as('alice').openIssue(repo, { title: titles.change, body: 'Please.' }).number;
  await quiet(stage);
  const [from, told] = [github.requests.length, github.notifications().length];
  github.as('alice').label(repo, issue, 'agent:ready');
  await until('the pull request', () => github.labels(repo, issue).includes('agent:review'), 20);
  await until('the end of the run', () => watch.run(issue)?.state === 'over', 20);
  await quiet(stage);
  const parts: Record<string, number> = {};
  for (const { kind, method, path } of github.requests.slice(from)) {
    const [bare = ''] = path.split('?');
    const shape = bare
      .replace(/\/contents\/.*/, '/contents/…')
      .replace(/\/labels\/.+/, '/labels/…')
      .replace(/\d+|[0-9a-f]{40}|\/collaborators\/[^/]+/g, '…')
      .replace(`/repos/${repo}`, '');
    const name = kind === 'git' ? `git ${method} ${bare.split('/').at(-1)}` : `${method} ${shape}`;
    parts[name] = (parts[name] ?? 0) + 1;
  }
  const all = github.requests.slice(from);
  const visible = github.notifications().length - told;
  return [
    {
      id: 'd1',
      what: 'visible writes of a run with a pull request',
      unit: '',
      ours: visible,
      bar: { limit: 6, at: 'most', said: '≤ 6' },
    },
    {
      id: 'd2',
      what: 'API requests of it',
      unit: '',
      ours: all.filter(({ kind }) => kind !== 'git').length,
      parts,
    },
  ];
}

/** One long run: its bytes on disk, then how long after a kill -9 and a start it is heard again. */
async function talkingRun(
  bench: Bench,
  growth: number,
  kills: number,
): Promise<{ bytes: Figure; readopted: Figure }> {
  const { stage, watch } = bench;
  const { github, prlt } = stage;
  const issue = github.as('alice').openIssue(repo, { title: titles.talk, body: 'Please.' }).number;
  github.as('alice').label(repo, issue, 'agent:ready');
  const run = await spoken(watch, issue);
  const bytes = await bytesOfRun(bench, run, growth);
  const heard: number[] = [];
  const ready: number[] = [];
  for (let kill = 0; kill < kills; kill += 1) {
    await prlt.end('SIGKILL');
    const before = watch.run(issue)?.lastSeq ?? 0;
    const began = performance.now();
    const started = prlt.start().then(() => performance.now() - began);
    await until('the next event', () => (watch.run(issue)?.lastSeq ?? 0) > before);
    heard.push(performance.now() - began);
    ready.push(await started);
  }
  return {
    bytes,
    readopted: {
      id: 'e',
      what: 'kill -9, start → next event of the run stored',
      unit: 'ms',
      ours: median(heard),
      bar: { limit: 60_000, at: 'most', said: '≤ 60 s' },
      parts: { 'start → /readyz answers 200 (ms)': median(ready) },
    },
  };
}

async function bytesOfRun({ stage }: Bench, run: RunSeen, growth: number): Promise<Figure> {
  const db = new Database(join(stage.prlt.dataDir, 'prlt.db'), { readonly: true });
  const { value } = db.prepare("select value from meta where name = 'installation'").get() as {
    value: string;
  };
  db.close();
  const workspace = await volumeBytes(volumeName(value, run.workspace));
  const checkout = await bareCheckoutBytes(mirrorOf(stage));
  return {
    id: 'c',
    what: 'bytes on disk of a run, against the bare checkout',
    unit: 'kB',
    ours: (workspace + growth) / 1_000,
    bare: checkout / 1_000,
    bar: { limit: (checkout * 1.05 + 1_000_000) / 1_000, at: 'most', said: '≤ + 5 % + 1 MB' },
    parts: {
      'workspace volume (kB)': workspace / 1_000,
      'growth of the data directory per run (kB)': growth / 1_000,
    },
  };
}

/** The data directory with the write-ahead log folded in, so that only what stays is counted. */
async function dataBytes(dataDir: string): Promise<number> {
  const db = new Database(join(dataDir, 'prlt.db'), { timeout: 5_000 });
  db.pragma('wal_checkpoint(TRUNCATE)');
  db.close();
  return directoryBytes(dataDir);
}
