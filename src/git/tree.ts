/** The entries of a git tree as `ls-tree -z --long` prints them. */

export type EntryKind = 'file' | 'folder' | 'link' | 'gitlink';

/** `bytes` is 0 for everything but files and links. */
export interface TreeEntry {
  path: string;
  kind: EntryKind;
  mode: string;
  oid: string;
  bytes: number;
}

/** Kind of an entry by its mode, as git writes it (six digits). */
export function kindOf(mode: string): EntryKind {
  if (mode === '120000') return 'link';
  if (mode === '160000') return 'gitlink';
  return mode === '040000' ? 'folder' : 'file';
}

export function parseTree(output: Buffer): TreeEntry[] {
  const entries: TreeEntry[] = [];
  for (const line of output.toString('utf8').split('\0')) {
    const tab = line.indexOf('\t');
    if (tab < 0) continue;
    const [mode = '', , oid = '', bytes = ''] = line.slice(0, tab).split(/ +/);
    entries.push({
      path: line.slice(tab + 1),
      kind: kindOf(mode),
      mode,
      oid,
      bytes: Number.parseInt(bytes, 10) || 0,
    });
  }
  return entries;
}

/** Whether a path can name something in a tree: relative, without empty parts, `.` or `..`. */
export function isTreePath(path: string): boolean {
  if (path === '' || path.includes('\0')) return false;
  return path.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
}
