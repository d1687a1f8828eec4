/** What an accepted branch contains, for the pull request and for people. */
import type { Workbench } from './unpack.ts';

/** `added` and `deleted` are lines, undefined for binary and very large files. */
export interface ChangedFile {
  path: string;
  status: 'added' | 'modified' | 'deleted' | 'type_changed';
  added?: number;
  deleted?: number;
}

export interface BranchSummary {
  /** Oldest first; without those of a base that was merged in. */
  commits: { sha: string; subject: string; authorEmail: string }[];
  files: ChangedFile[];
  stat: { files: number; additions: number; deletions: number };
}

const STATUS: Record<string, ChangedFile['status']> = {
  A: 'added',
  M: 'modified',
  D: 'deleted',
  T: 'type_changed',
};

/** Compares `head` with `from`: where the run started, or the base when the run merged it. */
export async function summarise(
  bench: Workbench,
  from: string,
  { start, head }: { start: string; head: string },
): Promise<BranchSummary> {
  const bounds = {
    gitDir: bench.gitDir,
    limits: bench.limits,
    signal: bench.signal,
    maxOutput: 128 * 1024 * 1024,
  };
  const diff = ['diff-tree', '-r', '-z', '--no-renames', '--no-ext-diff', '--no-textconv'] as const;
  const lines = await bench.git.run({
    ...bounds,
    args: [...diff, '--numstat', '--end-of-options', from, head],
  });
  const names = await bench.git.run({
    ...bounds,
    args: [...diff, '--name-status', '--end-of-options', from, head],
  });
  const log = await bench.git.run({
    ...bounds,
    args: ['log', '--reverse', '-z', '--format=%H%x09%ae%x09%s', head, '--not', start, from, '--'],
  });

  const counts = new Map<string, [string, string]>();
  for (const line of lines.stdout.toString('utf8').split('\0')) {
    const [added = '', deleted = '', ...path] = line.split('\t');
    if (path.length > 0) counts.set(path.join('\t'), [added, deleted]);
  }
  const tokens = names.stdout.toString('utf8').split('\0');
  const files: ChangedFile[] = [];
  for (let index = 0; index + 1 < tokens.length; index += 2) {
    const path = tokens[index + 1] ?? '';
    const file: ChangedFile = { path, status: STATUS[tokens[index] ?? ''] ?? 'modified' };
    const [added = '-', deleted = '-'] = counts.get(path) ?? [];
    files.push(added === '-' ? file : { ...file, added: Number(added), deleted: Number(deleted) });
  }
  const commits = log.stdout
    .toString('utf8')
    .split('\0')
    .filter(Boolean)
    .map((entry) => {
      const [sha = '', authorEmail = '', ...subject] = entry.split('\t');
      return { sha, authorEmail, subject: subject.join('\t').slice(0, 500) };
    });
  const sum = (side: 'added' | 'deleted') => files.reduce((total, file) => total + (file[side] ?? 0), 0);
  return {
    commits,
    files,
    stat: { files: files.length, additions: sum('added'), deletions: sum('deleted') },
  };
}
