/** Versions as programs write them: `29.5.1`, `20.10.24+dfsg1`, `git version 2.39.5 (Apple Git-154)`. */

export type Version = readonly [major: number, minor: number, patch: number];

/** Undefined when there is none in the text. */
export function versionIn(text: string): Version | undefined {
  const found = /(\d+)\.(\d+)(?:\.(\d+))?/.exec(text);
  return found ? [Number(found[1]), Number(found[2]), Number(found[3] ?? 0)] : undefined;
}

export function isAtLeast(version: Version, floor: Version): boolean {
  for (const [index, part] of version.entries()) {
    const wanted = floor[index] ?? 0;
    if (part !== wanted) return part > wanted;
  }
  return true;
}

export const written = (version: Version): string => version.join('.');
