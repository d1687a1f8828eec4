/** Counts the processes that the kernel killed for memory in this container. */
import { readFileSync } from 'node:fs';

/** cgroup v2, then v1, as a container sees its own group. */
const places = ['/sys/fs/cgroup/memory.events', '/sys/fs/cgroup/memory/memory.oom_control'];

/** Undefined where neither file can be read. */
export function oomKills(paths: string[] = places): number | undefined {
  for (const path of paths) {
    try {
      const count = /^oom_kill (\d+)$/m.exec(readFileSync(path, 'utf8'))?.[1];
      if (count !== undefined) return Number(count);
    } catch {
      // The other version of cgroups.
    }
  }
  return undefined;
}
