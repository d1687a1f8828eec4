/** What a service has on this machine: its containers and volumes on the engine, the rows of its database. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import Database from 'better-sqlite3';
import type { ShimEvent } from '#runners/shim/protocol.ts';
import { installationOf } from './leftovers.ts';

const run = promisify(execFile);

/** Standard output of the engine's own client, without the last newline. */
export async function docker(...args: string[]): Promise<string> {
  const { stdout } = await run('docker', args, {
    env: { ...process.env, DOCKER_API_VERSION: process.env['DOCKER_API_VERSION'] ?? '1.41' },
  });
  return stdout.trim();
}

export interface Container {
  id: string;
  /** Of its item, such as `GH-1`. */
  key: string;
  run: string;
  /** `created`, `running`, `exited`, … */
  state: string;
}

/** Containers of one service, whatever their state. */
export async function containers(dataDir: string): Promise<Container[]> {
  const format = '{{.ID}}|{{.Label "dev.prlt.key"}}|{{.Label "dev.prlt.run"}}|{{.State}}';
  const listed = await docker('ps', '-a', '--no-trunc', ...own(dataDir), '--format', format);
  return lines(listed).map((line) => {
    const [id = '', key = '', run = '', state = ''] = line.split('|');
    return { id, key, run, state };
  });
}

/** The one running container of an item. */
export async function runningContainer(dataDir: string, key: string): Promise<Container | undefined> {
  return (await containers(dataDir)).find((one) => one.key === key && one.state === 'running');
}

/** Names of one service's volumes. */
export async function volumes(dataDir: string): Promise<string[]> {
  return lines(await docker('volume', 'ls', ...own(dataDir), '--format', '{{.Name}}'));
}

/** Every event stored of every run, in order; the service may be alive or dead. */
export function runEvents(dataDir: string): (ShimEvent & { run: string })[] {
  const rows = select(dataDir, 'select run, body from run_events order by run, seq');
  return rows.map(({ run, body }) => ({ run: String(run), ...(JSON.parse(String(body)) as ShimEvent) }));
}

/** Rows of the service's database. */
export function select(dataDir: string, sql: string): Record<string, unknown>[] {
  const database = new Database(join(dataDir, 'prlt.db'), { readonly: true });
  try {
    return database.prepare(sql).all() as Record<string, unknown>[];
  } finally {
    database.close();
  }
}

function own(dataDir: string): string[] {
  return ['--filter', `label=dev.prlt.installation=${installationOf(dataDir)}`];
}

function lines(text: string): string[] {
  return text.split('\n').filter(Boolean);
}
