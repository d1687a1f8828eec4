/** Hidden markers by which prlt finds its own comments again. The MAC is made and checked elsewhere; text alone proves nothing. */

export interface Marker {
  kind: string;
  id: string;
  mac: string;
}

const word = /^[A-Za-z0-9_.:@/-]{1,200}$/;
const written =
  /<!-- prlt:([A-Za-z0-9_.:@/-]{1,200}) ([A-Za-z0-9_.:@/-]{1,200}) ([A-Za-z0-9_.:@/-]{1,200}) -->/g;

/** Throws when a part holds anything but letters, digits and `_.:@/-`, or holds `--`, which would end the comment. */
export function marker(kind: string, id: string, mac: string): string {
  for (const part of [kind, id, mac]) {
    if (!word.test(part) || part.includes('--'))
      throw new Error(`not fit for a marker: ${JSON.stringify(part)}`);
  }
  return `<!-- prlt:${kind} ${id} ${mac} -->`;
}

/** Every marker in a body, whoever wrote it. */
export function readMarkers(body: string): Marker[] {
  return [...body.matchAll(written)].map(([, kind = '', id = '', mac = '']) => ({ kind, id, mac }));
}
