/** The surroundings of a run: a mirror with a stand-in in it, and a socket that hears what the stand-in reports. */
import { chmod, copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { LaunchSpec } from '#src/runtimes/runtime.ts';

export type Behaviour = { do: 'stay' | 'ignore-term' | 'eat' } | { do: 'exit'; code: number };

export interface Report {
  pid: number;
  uid: number;
  interfaces: string[];
  seesEarlierTrace: boolean;
  work: boolean;
  root: boolean;
  mirror: boolean;
  socketDir: boolean;
  tmp: boolean;
  secret: string | null;
}

export interface Stage {
  spec: LaunchSpec;
  reports: Report[];
}

const MiB = 1024 * 1024;
let count = 0;

/** A fresh run id each time; removed when the test ends. */
export async function setStage(
  behaviour: Behaviour,
  image: string,
  part: Partial<LaunchSpec> = {},
): Promise<Stage> {
  const dir = await mkdtemp(join(tmpdir(), 'rt-'));
  await chmod(dir, 0o755);
  const mirror = join(dir, 'mirror');
  const socketDir = join(dir, 's');
  await mkdir(mirror);
  await mkdir(socketDir);
  await copyFile(new URL('stand-in.mjs', import.meta.url), join(mirror, 'stand-in.mjs'));
  await writeFile(join(mirror, 'behaviour.json'), JSON.stringify(behaviour));
  const reports: Report[] = [];
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    let text = '';
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    socket.on('error', () => {});
    socket.on('end', () => {
      // A real shim says other things.
      if (text.startsWith('{')) reports.push(JSON.parse(text) as Report);
      socket.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(join(socketDir, 'host.sock'), resolve));
  await chmod(join(socketDir, 'host.sock'), 0o666);
  onTestFinished(async () => {
    server.close();
    await rm(dir, { recursive: true, force: true });
  });
  count += 1;
  const run = `t${process.pid}-${Date.now().toString(36)}-${count}`;
  const limits = { memory: 256 * MiB, cpus: 1, pids: 64, tmp: 8 * MiB };
  const spec = {
    run,
    epoch: 3,
    key: 'GH-1',
    image,
    mirror,
    socketDir,
    workspace: `ws-${run}`,
    limits,
    ...part,
  };
  return { spec, reports };
}
