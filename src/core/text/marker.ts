/** Hidden markers by which prlt finds its own comments again. The MAC is made and checked elsewhere; text alone proves nothing. */

const word = /^[A-Za-z0-9_.:@/-]{1,200}$/;

/** Throws when a part holds anything but letters, digits and `_.:@/-`, or holds `--`, which would end the comment. */
export function marker(kind: string, id: string, mac: string): string {
  for (const part of [kind, id, mac]) {
    if (!word.test(part) || part.includes('--'))
      throw new Error(`not fit for a marker: ${JSON.stringify(part)}`);
  }
  return `<!-- prlt:${kind} ${id} ${mac} -->`;
}
