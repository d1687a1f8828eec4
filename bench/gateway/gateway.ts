/** (g) What a model call costs on its way through the gateway: time to the first byte, throughput, memory. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Figure } from '../figure.ts';
import { median, quantile } from '../statistics.ts';
import { direct, type Streamed, stream, through, type Way } from './client.ts';

/** A conversation of usual length, bytes. */
const conversation = 'word '.repeat(20_000);
const runs = 10;
const streams = 100;
const MiB = 2 ** 20;

export async function measureGateway(quick: boolean): Promise<Figure[]> {
  const dir = await mkdtemp(join(tmpdir(), 'prlt-bench-'));
  const children: ChildProcess[] = [];
  const start = async (name: string, ...args: string[]): Promise<{ child: ChildProcess; line: string }> => {
    const options = [
      '--expose-gc',
      '--max-semi-space-size=16',
      join(import.meta.dirname, `${name}.ts`),
      ...args,
    ];
    const child = spawn(process.execPath, options, { stdio: ['pipe', 'pipe', 'inherit'] });
    children.push(child);
    return { child, line: await lineOf(child) };
  };
  try {
    const { line: url } = await start('provider');
    const { child, line } = await start('prlt-gateway', dir, url, String(runs));
    const look = async (): Promise<Look> => {
      const line = lineOf(child);
      child.stdin?.write('look\n');
      return JSON.parse(await line) as Look;
    };
    const ways = (JSON.parse(line) as string[]).map(through);
    const [ours] = ways as [Way];
    const bare = direct(url);
    return [
      ...(await firstByte(ours, bare, look, quick ? 50 : 200)),
      await atPace(ways, bare, look, quick ? 3 : 5),
      await atOnce(ours, bare, look, quick ? 50_000 : 200_000),
      await memory(ways, look, quick ? 100 : 400),
    ];
  } finally {
    for (const child of children) child.kill('SIGKILL');
    await rm(dir, { recursive: true, force: true });
  }
}

/** Memory in bytes, time of CPUs used so far in milliseconds: of the gateway alone, whatever else the machine does. */
interface Look {
  rss: number;
  cpu: number;
}
type Looks = () => Promise<Look>;

async function lineOf(child: ChildProcess): Promise<string> {
  const [line] = (await once(child.stdout as NonNullable<ChildProcess['stdout']>, 'data')) as [Buffer];
  return line.toString().trim();
}

async function firstByte(ours: Way, bare: Way, look: Looks, pairs: number): Promise<Figure[]> {
  const [through, past]: [number[], number[]] = [[], []];
  let cpu = 0;
  for (let pair = -10; pair < pairs; pair += 1) {
    const one = await stream(bare, 'events-100', conversation);
    const other = await stream(ours, 'events-100', conversation);
    if (pair < 0) cpu = (await look()).cpu;
    if (pair < 0) continue;
    past.push(one.first);
    through.push(other.first);
  }
  cpu = ((await look()).cpu - cpu) / pairs;
  return [
    {
      id: 'g1',
      what: 'first streamed byte of a model call, 100 kB asked',
      unit: 'ms',
      ours: median(through),
      bare: median(past),
      bar: { limit: median(past) + 5, at: 'most', said: '≤ bare + 5 ms' },
      parts: { "the gateway's CPU time of a call, ms": cpu },
    },
    {
      id: 'g2',
      what: 'the same, p95',
      unit: 'ms',
      ours: quantile(through, 0.95),
      bare: quantile(past, 0.95),
    },
  ];
}

/** As models send: a hundred streams of an event each 20 ms. */
async function atPace(ways: Way[], bare: Way, look: Looks, rounds: number): Promise<Figure> {
  const round = async (of: (index: number) => Way): Promise<number> => {
    const began = performance.now();
    const all = await Promise.all(
      Array.from({ length: streams }, (_, index) => stream(of(index), 'paced-100-20', 'hi')),
    );
    return total(all) / MiB / ((performance.now() - began) / 1000);
  };
  const [through, past]: [number[], number[]] = [[], []];
  let cpu = 0;
  for (let count = 0; count < rounds; count += 1) {
    past.push(await round(() => bare));
    const before = (await look()).cpu;
    through.push(await round((index) => ways[index % ways.length] as Way));
    cpu += ((await look()).cpu - before) / rounds;
  }
  return {
    id: 'g3',
    what: '100 streams at the pace of models (an event each 20 ms)',
    unit: 'MiB/s',
    ours: median(through),
    bare: median(past),
    bar: { limit: 0.9 * median(past), at: 'least', said: '≥ 0.9 ×' },
    parts: { "the gateway's CPU time of an event, ms": cpu / (streams * 100) },
  };
}

/** One stream as fast as everybody can: the hop more than once around two CPUs is in it. */
async function atOnce(ours: Way, bare: Way, look: Looks, events: number): Promise<Figure> {
  const [through, past]: [number[], number[]] = [[], []];
  const rate = ({ bytes, ms }: Streamed): number => bytes / MiB / (ms / 1000);
  let [cpu, bytes] = [0, 0];
  for (let round = 0; round < 5; round += 1) {
    past.push(rate(await stream(bare, `events-${events}`, 'hi')));
    const before = (await look()).cpu;
    const passed = await stream(ours, `events-${events}`, 'hi');
    cpu += (await look()).cpu - before;
    bytes += passed.bytes;
    through.push(rate(passed));
  }
  return {
    id: 'g4',
    what: 'one stream as fast as it goes',
    unit: 'MiB/s',
    ours: median(through),
    bare: median(past),
    parts: { "the gateway's CPU time of a MiB, ms": cpu / (bytes / MiB) },
  };
}

/** Growth of the gateway's memory from the first to the last quarter of a hundred streams' way. */
async function memory(ways: Way[], look: Looks, events: number): Promise<Figure> {
  const rss = async (): Promise<number> => (await look()).rss / MiB;
  const before = await rss();
  const all = Array.from({ length: streams }, (_, index) =>
    stream(ways[index % ways.length] as Way, `paced-${events}-25`, conversation),
  );
  const seen: number[] = [];
  const looking = setInterval(() => void rss().then((one) => seen.push(one)), 500);
  await Promise.all(all);
  clearInterval(looking);
  const quarter = Math.max(1, Math.floor(seen.length / 4));
  const early = median(seen.slice(quarter, 2 * quarter));
  const late = median(seen.slice(-quarter));
  return {
    id: 'g5',
    what: 'memory: growth over the life of 100 streams',
    unit: 'MiB',
    ours: late - early,
    bar: { limit: 10, at: 'most', said: '≤ 10 MiB' },
    parts: { 'before, MiB': before, 'with 100 streams, MiB': late, 'after, MiB': await rss() },
  };
}

function total(all: Streamed[]): number {
  return all.reduce((sum, { bytes }) => sum + bytes, 0);
}
