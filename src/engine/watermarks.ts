/** Whether the machine has room for another run: free disk under the data directory, and available memory. */
import { readFile, statfs } from 'node:fs/promises';
import { freemem } from 'node:os';
import type { Settings } from '../config/settings.ts';
import type { Shortage } from '../core/dispatch.ts';

/** What is short, with its numbers; undefined while there is room. */
export async function shortage({
  dataDir,
  watermarks,
}: Pick<Settings, 'dataDir' | 'watermarks'>): Promise<Shortage | undefined> {
  const { bavail, bsize } = await statfs(dataDir);
  const disk = bavail * bsize;
  if (disk < watermarks.disk) return short('low_disk', disk, watermarks.disk);
  const memory = await availableMemory();
  if (memory < watermarks.memory) return short('low_memory', memory, watermarks.memory);
  return undefined;
}

function short(reason: Shortage['reason'], free: number, wanted: number): Shortage {
  return { reason, detail: `${mebibytes(free)} free, ${mebibytes(wanted)} wanted` };
}

/** What the kernel could give without swapping (proc(5), MemAvailable); plain free memory elsewhere. Bytes. */
async function availableMemory(): Promise<number> {
  const info = await readFile('/proc/meminfo', 'utf8').catch(() => '');
  const kibibytes = /^MemAvailable:\s+(\d+) kB$/m.exec(info)?.[1];
  return kibibytes === undefined ? freemem() : Number(kibibytes) * 1024;
}

function mebibytes(bytes: number): string {
  return `${Math.round(bytes / 2 ** 20)} MiB`;
}
