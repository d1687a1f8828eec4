/** (a) How many webhooks a second are accepted and on disk, and how long the slowest wait, beside servers that keep nothing. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Figure } from '../figure.ts';
import { median } from '../statistics.ts';

const secret = 'the secret of the bench';
const connections = 50;
const names = ['bare-http', 'bare-probot', 'prlt-intake'] as const;
type Name = (typeof names)[number];

interface Load {
  perSecond: number;
  p50: number;
  p99: number;
  statuses: Record<string, number>;
}

export async function measureIntake(quick: boolean): Promise<Figure[]> {
  const dataDir = await mkdtemp(join(tmpdir(), 'prlt-bench-'));
  const servers = new Map<Name, { child: ChildProcess; url: string }>();
  try {
    for (const name of names) servers.set(name, await start(name, dataDir));
    const urlOf = (name: Name) => servers.get(name)?.url ?? '';
    for (const name of names) await load(urlOf(name), quick ? 1_000 : 2_000);
    const loads: Record<Name, Load[]> = { 'bare-http': [], 'bare-probot': [], 'prlt-intake': [] };
    for (let round = 0; round < 5; round += 1) {
      for (const name of names) loads[name].push(await load(urlOf(name), quick ? 1_000 : 3_000));
    }
    return figuresOf(loads);
  } finally {
    for (const { child } of servers.values()) child.kill('SIGKILL');
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function start(name: Name, dataDir: string): Promise<{ child: ChildProcess; url: string }> {
  const port = String(30_000 + Math.floor(Math.random() * 20_000));
  const extra = { 'bare-http': [], 'bare-probot': [port], 'prlt-intake': [dataDir] }[name];
  const child = spawn(process.execPath, [join(import.meta.dirname, `${name}.ts`), secret, ...extra], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return { child, url: line.toString().trim() };
}

async function load(url: string, ms: number): Promise<Load> {
  const client = join(import.meta.dirname, 'load.ts');
  const { stdout } = await promisify(execFile)(process.execPath, [
    client,
    url,
    secret,
    String(connections),
    String(ms),
  ]);
  const answer = JSON.parse(stdout) as Load;
  const refused = Object.keys(answer.statuses).filter((status) => !status.startsWith('2'));
  if (refused.length > 0) throw new Error(`${url} refused deliveries: ${JSON.stringify(answer.statuses)}`);
  await sleep(200);
  return answer;
}

function figuresOf(loads: Record<Name, Load[]>): Figure[] {
  const of = (name: Name, key: 'perSecond' | 'p50' | 'p99') => median(loads[name].map((each) => each[key]));
  const rate = of('bare-probot', 'perSecond');
  const slowest = of('bare-probot', 'p99');
  return [
    {
      id: 'a1',
      what: 'webhooks durable, against bare Probot',
      unit: '/s',
      ours: of('prlt-intake', 'perSecond'),
      bare: rate,
      bar: { limit: 0.8 * rate, at: 'least', said: '≥ 0.8 ×' },
    },
    {
      id: 'a2',
      what: 'the same, p99',
      unit: 'ms',
      ours: of('prlt-intake', 'p99'),
      bare: slowest,
      bar: { limit: 1.5 * slowest, at: 'most', said: '≤ 1.5 ×' },
    },
    {
      id: 'a3',
      what: 'webhooks durable, against node:http + HMAC',
      unit: '/s',
      ours: of('prlt-intake', 'perSecond'),
      bare: of('bare-http', 'perSecond'),
    },
    {
      id: 'a4',
      what: 'the same, p99',
      unit: 'ms',
      ours: of('prlt-intake', 'p99'),
      bare: of('bare-http', 'p99'),
    },
  ];
}
