/** From the path that a run asks for to the address at the registry, never outside of what the operator named. */

export interface RegistryPath {
  name: string;
  /** Below the registry's URL, as it was written, with its query. */
  rest: string;
}

/** Undefined for a target that is not `/registries/<name>/…`. */
export function registryPath(target: string): RegistryPath | undefined {
  const [, name, rest] = /^\/registries\/([a-z0-9][a-z0-9-]*)\/(.*)$/s.exec(target) ?? [];
  return name === undefined || rest === undefined ? undefined : { name, rest };
}

/**
 * The address of `rest` below `base`, which ends in a slash. Undefined when any reader of it could be led out of `base`:
 * by dot segments, also encoded (twice), between backslashes or before a `;` as some servers have it.
 */
export function addressBelow(base: string, rest: string): URL | undefined {
  const [path = '', query] = rest.split(/\?(.*)/s);
  if (!/^[\x21-\x7e]*$/.test(rest) || rest.includes('#') || /^[/\\]/.test(path) || leaves(path))
    return undefined;
  const url = URL.parse(`${base}${path}${query === undefined ? '' : `?${query}`}`);
  const root = new URL(base);
  if (url === null || url.origin !== root.origin || url.username !== '' || url.password !== '')
    return undefined;
  return url.pathname.startsWith(root.pathname) ? url : undefined;
}

function leaves(path: string): boolean {
  let decoded = path;
  for (let depth = 0; depth < 4; depth += 1) {
    const segments = decoded.split(/[/\\]/).map((segment) => segment.replace(/;.*$/s, ''));
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is looked for.
    if (segments.some((one) => one === '.' || one === '..') || /[\x00-\x1f\x7f\\]/.test(decoded)) return true;
    const next = decoded.replace(/%([0-9a-f]{2})/gi, (_, code: string) =>
      String.fromCharCode(Number.parseInt(code, 16)),
    );
    if (next === decoded) return false;
    decoded = next;
  }
  // Encoded more often than anybody means it.
  return true;
}

/** The path on the socket of an address at the registry; undefined for one outside of it. */
export function pathFor(name: string, base: string, address: URL): string | undefined {
  const root = new URL(base);
  if (address.origin !== root.origin || !address.pathname.startsWith(root.pathname)) return undefined;
  const rest = address.pathname.slice(root.pathname.length);
  return `/registries/${name}/${rest}${address.search}${address.hash}`;
}
