/** Where the links of a tree lead, worked out from the tree alone: nothing is checked out to find out. */

/** Targets of all links in a tree by path. */
export type LinkMap = ReadonlyMap<string, string>;

/** `through` are the links passed on the way, the first one included. */
export type LinkEnd =
  | { kind: 'inside'; path: string; through: string[] }
  | { kind: 'outside' | 'loop'; through: string[] };

const MAX_HOPS = 40;

/** Follows the link at `path` component by component, also through folders that are links themselves. */
export function followLink(path: string, links: LinkMap): LinkEnd {
  const through: string[] = [];
  const at: string[] = [];
  const todo = path.split('/').reverse();
  while (todo.length > 0) {
    const part = todo.pop();
    if (part === undefined || part === '' || part === '.') continue;
    if (part === '..') {
      if (at.pop() === undefined) return { kind: 'outside', through };
      continue;
    }
    // the repository's own folder lies in the checkout, but is no part of the tree
    if (/^\.git[. ]*$/i.test(part)) return { kind: 'outside', through };
    at.push(part);
    const here = at.join('/');
    const target = links.get(here);
    if (target === undefined) continue;
    through.push(here);
    if (through.length > MAX_HOPS) return { kind: 'loop', through };
    if (target.startsWith('/')) return { kind: 'outside', through };
    at.pop();
    todo.push(...target.split('/').reverse());
  }
  return { kind: 'inside', path: at.join('/'), through };
}
