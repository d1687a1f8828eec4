/** Finds and ends processes by walking /proc: tools outlive process groups, sessions and their parents. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** Which processes belong to the agent. */
export type Scope =
  /** Everything of this user but the caller and its ancestors: right where a container has nothing else. */
  | { kind: 'everything' }
  /** Descendants of the caller, and whatever carries `name=value` in its environment. */
  | { kind: 'marked'; name: string; value: string };

interface Seen {
  pid: number;
  parent: number;
  zombie: boolean;
}

/**
 * Kills every process in scope until two looks 20 ms apart find none, at most `rounds` looks: a process that is just
 * being started has no environment to be known by for a moment. Returns how many it met.
 */
export async function killAll(scope: Scope, self = process.pid, rounds = 100): Promise<number> {
  const met = new Set<number>();
  let clean = 0;
  for (let round = 0; round < rounds && clean < 2; round += 1) {
    if (round > 0) await sleep(20);
    const found = findProcesses(scope, self);
    clean = found.length === 0 ? clean + 1 : 0;
    for (const pid of found) {
      met.add(pid);
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // Gone meanwhile.
      }
    }
  }
  return met.size;
}

/** Living processes in scope, the caller and its ancestors never among them. */
export function findProcesses(scope: Scope, self = process.pid): number[] {
  const table = readTable();
  const spared = new Set<number>([1, ...ancestors(table, self)]);
  const children = scope.kind === 'marked' ? descendants(table, self) : new Set<number>();
  const found: number[] = [];
  for (const seen of table.values()) {
    if (seen.zombie || spared.has(seen.pid)) continue;
    if (
      scope.kind === 'everything' ? sameUser(seen.pid) : children.has(seen.pid) || carries(seen.pid, scope)
    ) {
      found.push(seen.pid);
    }
  }
  return found;
}

function readTable(): Map<number, Seen> {
  const table = new Map<number, Seen>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = read(`/proc/${name}/stat`);
    if (stat === undefined) continue;
    // The second field is the command in brackets and may hold anything, brackets too.
    const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    table.set(Number(name), {
      pid: Number(name),
      parent: Number(parent),
      zombie: state === 'Z' || state === 'X',
    });
  }
  return table;
}

function ancestors(table: Map<number, Seen>, self: number): number[] {
  const line: number[] = [];
  for (let pid = self; pid > 0; pid = table.get(pid)?.parent ?? 0) line.push(pid);
  return line;
}

function descendants(table: Map<number, Seen>, self: number): Set<number> {
  const found = new Set<number>([self]);
  for (let before = 0; before !== found.size; ) {
    before = found.size;
    for (const seen of table.values()) if (found.has(seen.parent)) found.add(seen.pid);
  }
  found.delete(self);
  return found;
}

function carries(pid: number, mark: { name: string; value: string }): boolean {
  const environment = read(`/proc/${pid}/environ`);
  return environment?.split('\0').includes(`${mark.name}=${mark.value}`) ?? false;
}

function sameUser(pid: number): boolean {
  try {
    return statSync(`/proc/${pid}`).uid === process.getuid?.();
  } catch {
    return false;
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return undefined;
  }
}
