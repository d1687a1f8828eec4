/** What changed between two trees, file by file, and which lines a review comment may stand on. */
import type { Git } from './git.ts';

export interface FileChange {
  readonly path: string;
  readonly previousPath: string | null;
  readonly status: 'added' | 'removed' | 'modified' | 'renamed' | 'changed';
  readonly blob: string;
  readonly additions: number;
  readonly deletions: number;
  /** Hunks without the file header; null for binary files. */
  readonly patch: string | null;
}

const OPTIONS = ['--no-color', '--no-ext-diff', '--no-textconv', '-M', '--full-index'];
const STATUS: Record<string, FileChange['status']> = {
  A: 'added',
  D: 'removed',
  R: 'renamed',
  T: 'changed',
  M: 'modified',
};

export const EMPTY_TREE = '4b825dc642cb6eb9a060e54bf8d69288fbee4904';

/** The plain unified diff between two revisions. */
export const diffText = (git: Git, dir: string, base: string, head: string): Promise<string> =>
  git.run(dir, ['diff', ...OPTIONS, base, head]);

export async function diffFiles(git: Git, dir: string, base: string, head: string): Promise<FileChange[]> {
  const [raw, stat, text] = await Promise.all([
    git.run(dir, ['diff', ...OPTIONS, '--raw', '-z', base, head]),
    git.run(dir, ['diff', ...OPTIONS, '--numstat', '-z', base, head]),
    diffText(git, dir, base, head),
  ]);
  const counts = parseNumstat(stat);
  const patches = text.split(/^(?=diff --git )/m).filter(Boolean);
  return parseRaw(raw).map((entry, index) => {
    const patch = patches[index] ?? '';
    const hunks = patch.indexOf('\n@@ ');
    const [additions, deletions] = counts[index] ?? [0, 0];
    return {
      ...entry,
      additions,
      deletions,
      patch: hunks < 0 ? null : patch.slice(hunks + 1).trimEnd(),
    };
  });
}

function parseRaw(raw: string): Pick<FileChange, 'path' | 'previousPath' | 'status' | 'blob'>[] {
  const fields = raw.split('\0');
  const entries = [];
  for (let index = 0; fields[index]?.startsWith(':'); ) {
    const [, , before, after, code = 'M'] = (fields[index] ?? '').split(' ');
    const renamed = code.startsWith('R') || code.startsWith('C');
    const first = fields[index + 1] ?? '';
    const second = fields[index + 2] ?? '';
    const status = STATUS[code[0] ?? 'M'] ?? 'modified';
    entries.push({
      path: renamed ? second : first,
      previousPath: renamed ? first : null,
      status,
      blob: (status === 'removed' ? before : after) ?? '',
    });
    index += renamed ? 3 : 2;
  }
  return entries;
}

function parseNumstat(stat: string): [number, number][] {
  const fields = stat.split('\0').filter((field) => field !== '');
  const counts: [number, number][] = [];
  for (let index = 0; index < fields.length; index += 1) {
    const [added, deleted, path] = (fields[index] ?? '').split('\t');
    counts.push([Number(added) || 0, Number(deleted) || 0]);
    if (path === '') index += 2; // a rename puts both names into fields of their own
  }
  return counts;
}

/** Where a line of a patch stands: its 1-based position below the first hunk header, and the hunk up to it. */
export interface PatchLine {
  readonly position: number;
  readonly hunk: string;
}

/** Finds a line of the new (`RIGHT`) or old (`LEFT`) file in a patch; null when the diff does not show it. */
export function findInPatch(patch: string, line: number, side: 'LEFT' | 'RIGHT'): PatchLine | null {
  let left = 0;
  let right = 0;
  let position = -1;
  let hunk: string[] = [];
  for (const text of patch.split('\n')) {
    position += 1;
    const header = /^@@ -(\d+)(?:,\d+)? \+(\d+)/.exec(text);
    if (header) {
      left = Number(header[1]) - 1;
      right = Number(header[2]) - 1;
      hunk = [text];
      continue;
    }
    hunk.push(text);
    if (text.startsWith('\\')) continue;
    if (!text.startsWith('+')) left += 1;
    if (!text.startsWith('-')) right += 1;
    const here =
      side === 'RIGHT' ? right === line && !text.startsWith('-') : left === line && !text.startsWith('+');
    if (here) return { position, hunk: hunk.join('\n') };
  }
  return null;
}

/** The line of the new file (or the old one, for a deletion) at a diff position; null when out of range. */
export function lineAtPosition(
  patch: string,
  wanted: number,
): { line: number; side: 'LEFT' | 'RIGHT' } | null {
  let left = 0;
  let right = 0;
  for (const [position, text] of patch.split('\n').entries()) {
    const header = /^@@ -(\d+)(?:,\d+)? \+(\d+)/.exec(text);
    if (header) {
      left = Number(header[1]) - 1;
      right = Number(header[2]) - 1;
      continue;
    }
    if (!text.startsWith('+')) left += 1;
    if (!text.startsWith('-')) right += 1;
    if (position === wanted)
      return text.startsWith('-') ? { line: left, side: 'LEFT' } : { line: right, side: 'RIGHT' };
  }
  return null;
}
