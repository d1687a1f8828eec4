/** What counts as a branch name, an object id or a folder name: everything from outside passes here before it reaches git. */

const SHA = /^[0-9a-f]{40}$/;
const FOLDER = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;

export function isSha(text: string): boolean {
  return SHA.test(text);
}

/** The rules of `git check-ref-format --branch`, stricter in two points: no leading `refs/`, at most 200 bytes. */
export function isBranchName(name: string): boolean {
  if (name.length === 0 || Buffer.byteLength(name) > 200) return false;
  if (name === '@' || name === 'HEAD' || name.startsWith('-') || name.startsWith('refs/')) return false;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: git refuses exactly these
  if (/[\u0000-\u0020\u007f~^:?*[\\]/.test(name) || name.includes('..') || name.includes('@{')) return false;
  return name.split('/').every((part) => part !== '' && !part.startsWith('.') && !/\.(lock)?$/.test(part));
}

/** Refs of our own, where work is kept that is not on a branch. */
const OWN = 'refs/prlt/';

/** The full ref of a branch; one of our own refs is full already. Throws on a name that git would refuse. */
export function branchRef(name: string): string {
  if (name.startsWith(OWN) && isBranchName(name.slice(OWN.length))) return name;
  if (!isBranchName(name)) throw new TypeError(`Not a branch name: ${JSON.stringify(name.slice(0, 200))}`);
  return `refs/heads/${name}`;
}

/** `name` when it is one of our own refs. Throws otherwise. */
export function ownRef(name: string): string {
  const ref = branchRef(name);
  if (!ref.startsWith(OWN))
    throw new TypeError(`Not a ref of prlt's own: ${JSON.stringify(name.slice(0, 200))}`);
  return ref;
}

/** `text` when it is a full object id. Throws otherwise. */
export function checkedSha(text: string): string {
  if (!isSha(text)) throw new TypeError(`Not a full object id: ${JSON.stringify(text.slice(0, 80))}`);
  return text;
}

/** A run or repository id as the name of a folder. Throws on anything that could leave its parent. */
export function checkedFolder(id: string | number): string {
  const name = String(id);
  if (!FOLDER.test(name)) throw new TypeError(`Not an id: ${JSON.stringify(name.slice(0, 80))}`);
  return name;
}
