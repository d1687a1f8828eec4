/** What a branch changes, entry by entry, as `diff-tree --raw -z` tells it: no renames, no filters, no text. */
import type { Workbench } from './unpack.ts';

/** A zero `oid` and mode `000000` stand for "not there". `before` has one entry per parent. */
export interface Change {
  path: string;
  /** Undefined for the whole branch against where it began. */
  commit: string | undefined;
  before: { mode: string; oid: string }[];
  mode: string;
  oid: string;
}

export const ABSENT = '000000';
const RAW = ['-r', '-z', '--raw', '--no-renames', '--no-abbrev', '--no-ext-diff', '--no-textconv'];

/** Entries that differ between two commits. */
export async function changesBetween(
  bench: Workbench,
  from: string,
  to: string,
  maxOutput: number,
): Promise<Change[]> {
  const { stdout } = await bench.git.run({
    gitDir: bench.gitDir,
    args: ['diff-tree', ...RAW, '--end-of-options', from, to],
    limits: bench.limits,
    signal: bench.signal,
    maxOutput,
  });
  return parseRaw(stdout);
}

/** Entries that each commit changes against its parent; of a merge, only what none of its parents has. */
export async function changesOf(bench: Workbench, commits: string[], maxOutput: number): Promise<Change[]> {
  if (commits.length === 0) return [];
  const { stdout } = await bench.git.run({
    gitDir: bench.gitDir,
    args: ['diff-tree', '--stdin', '--root', '-c', ...RAW],
    input: `${commits.join('\n')}\n`,
    limits: bench.limits,
    signal: bench.signal,
    maxOutput,
  });
  return parseRaw(stdout);
}

/** The format is described under "RAW OUTPUT FORMAT" and "DIFF FORMAT FOR MERGES" in git-diff-tree(1). */
export function parseRaw(output: Buffer): Change[] {
  const tokens = output.toString('utf8').split('\0');
  const changes: Change[] = [];
  let commit: string | undefined;
  for (let index = 0; index < tokens.length; index++) {
    const token = tokens[index] ?? '';
    if (!token.startsWith(':')) {
      if (token.length === 40) commit = token;
      continue;
    }
    const parents = /^:+/.exec(token)?.[0].length ?? 1;
    const fields = token.slice(parents).split(' ');
    const before = Array.from({ length: parents }, (_, parent) => ({
      mode: fields[parent] ?? ABSENT,
      oid: fields[parents + 1 + parent] ?? '',
    }));
    const [mode = ABSENT, oid = ''] = [fields[parents], fields[2 * parents + 1]];
    index += 1;
    changes.push({ path: tokens[index] ?? '', commit, before, mode, oid });
  }
  return changes;
}
