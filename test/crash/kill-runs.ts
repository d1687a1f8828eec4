/** What a machine or an engine that goes down does to runs: they end without a last word. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { processesOf } from '#src/runtimes/host/processes.ts';
import { containers, docker } from '#test/support/machine.ts';

export async function killRuns(dataDir: string, runtime: 'docker' | 'host'): Promise<void> {
  if (runtime === 'docker') {
    const running = (await containers(dataDir)).filter(({ state }) => state === 'running');
    if (running.length > 0) await docker('kill', ...running.map(({ id }) => id));
    return;
  }
  for (const run of names(join(dataDir, 'host/runs'))) {
    for (const pid of await processesOf(run)) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It ended in between.
      }
    }
  }
}

function names(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}
