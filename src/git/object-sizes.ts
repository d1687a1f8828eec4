/** Asks git for type and size of many objects at once, reading none of them. */
import type { Workbench } from './unpack.ts';

/** Objects that are not there are left out. Sizes are unpacked bytes. */
export async function objectSizes(
  bench: Workbench,
  oids: Iterable<string>,
): Promise<Map<string, { type: string; bytes: number }>> {
  const asked = [...new Set(oids)];
  const sizes = new Map<string, { type: string; bytes: number }>();
  if (asked.length === 0) return sizes;
  const { stdout } = await bench.git.run({
    gitDir: bench.gitDir,
    args: ['cat-file', '--batch-check=%(objectname) %(objecttype) %(objectsize)', '--buffer'],
    input: `${asked.join('\n')}\n`,
    limits: bench.limits,
    signal: bench.signal,
    maxOutput: 80 * asked.length + 1024,
  });
  for (const line of stdout.toString('latin1').split('\n')) {
    const [oid = '', type = '', bytes = ''] = line.split(' ');
    if (/^\d+$/.test(bytes)) sizes.set(oid, { type, bytes: Number(bytes) });
  }
  return sizes;
}
