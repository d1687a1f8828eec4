/** Processes of a run on a shared machine: those that carry its id in their environment, wherever they moved to. */
import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** A pid with the time it started, which together name one process for good (proc(5), `stat` field 22). */
export interface ProcessIdentity {
  pid: number;
  startTime: string;
}

/** Undefined when there is no such process, or only what is left of one that ended. */
export async function identify(pid: number): Promise<ProcessIdentity | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  // The name in field 2 may contain anything, so counting begins after its closing bracket.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  const startTime = fields?.[19];
  if (startTime === undefined || fields?.[0] === 'Z' || fields?.[0] === 'X') return undefined;
  return { pid, startTime };
}

export async function isAlive(identity: ProcessIdentity): Promise<boolean> {
  return (await identify(identity.pid))?.startTime === identity.startTime;
}

/** Every live process with `PRLT_RUN_ID=<run>` in its environment, lowest pid first. Other users' are not readable and not ours. */
export async function processesOf(run: string): Promise<number[]> {
  const wanted = `PRLT_RUN_ID=${run}`;
  const pids = (await readdir('/proc')).filter((name) => /^[0-9]+$/.test(name)).map(Number);
  const carries = await Promise.all(
    pids.map(async (pid) => {
      const environ = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
      return environ.split('\0').includes(wanted) && (await identify(pid)) !== undefined;
    }),
  );
  return pids.filter((_pid, index) => carries[index]).sort((a, b) => a - b);
}

/** TERM to all, `graceMs` to end by themselves, then KILL until none is left. Rejects when they outlive that by 10 s. */
export async function endProcesses(run: string, graceMs: number): Promise<void> {
  const killAt = performance.now() + graceMs;
  const giveUpAt = killAt + 10_000;
  const told = new Set<number>();
  for (let pids = await processesOf(run); pids.length > 0; pids = await processesOf(run)) {
    const now = performance.now();
    if (now > giveUpAt)
      throw new Error(`Processes of the run ${run} go on after they were killed: ${pids.join(', ')}.`);
    for (const pid of pids) {
      if (now > killAt) signal(pid, 'SIGKILL');
      else if (!told.has(pid)) signal(pid, 'SIGTERM');
      told.add(pid);
    }
    await sleep(50);
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It ended in between, which is what was wanted.
  }
}
