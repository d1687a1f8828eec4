/** Names of places on a network, in the one form in which they are compared: `host:port`. */

/**
 * Canonical form of a `CONNECT` target (RFC 9110 §9.3.6): lower case, no trailing dot, numeric IPv4 in dotted form, IPv6
 * in brackets. Undefined for anything that is not plainly `host:port`, user information and encoded names included.
 */
export function canonicalTarget(authority: string): string | undefined {
  const parts = /^([A-Za-z0-9._-]{1,254}|\[[0-9A-Fa-f:.]{2,45}\]):([0-9]{1,5})$/.exec(authority);
  const port = Number(parts?.[2]);
  if (parts?.[1] === undefined || port < 1 || port > 65_535) return undefined;
  const name = parts[1].replace(/\.$/, '');
  if (name === '' || name.startsWith('.') || name.endsWith('.') || name.includes('..')) return undefined;
  const url = URL.parse(`http://${name}/`);
  return url === null || url.hostname === '' ? undefined : `${url.hostname}:${port}`;
}

/** Authority of an absolute-form request target (RFC 9112 §3.2.2) with its default port; undefined when it is malformed. */
export function proxyTarget(target: string): string | undefined {
  const parts = /^(https?):\/\/([^/?#\\]*)/i.exec(target);
  if (parts?.[2] === undefined) return undefined;
  const authority = parts[2];
  if (/:[0-9]+$/.test(authority)) return canonicalTarget(authority);
  return canonicalTarget(`${authority}:${parts[1]?.toLowerCase() === 'https' ? 443 : 80}`);
}

/** Characters of a target that is no place, as people are shown it. */
const longestShown = 100;

/**
 * What a target that is no place may be shown and kept as: printable, short, and without what may be secret in it, which
 * is user information, path and query.
 */
export function shownTarget(target: string): string {
  const scheme = /^[a-z][a-z0-9+.-]*:\/\//i.exec(target)?.[0] ?? '';
  const bare = target.slice(scheme.length).replace(/^.*(?:@|%(?:25)*40)/is, '…@');
  const host = bare.replace(/[/?#\\].*$/s, '').replaceAll(/[^\x21-\x7e…]/g, '?');
  return [...(host === '' ? '(no host)' : `${scheme}${host}`)].slice(0, longestShown).join('');
}

/**
 * An entry of an allow-list: `host` is port 443. Unlike a target it may be written in any script, since a person wrote it.
 * Undefined for wildcards, addresses with a scheme or a path, and everything else that is not one host.
 */
export function allowEntry(written: string): string | undefined {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what is plain ASCII is what a target may be.
  const plain = /^[\x00-\x7f]*$/.test(written);
  const [, name = '', port = ''] = /^(.*?)(:[0-9]+)?$/su.exec(written) ?? [];
  // A name in another script is one of letters, marks, digits, dots and dashes, before URL makes ASCII of it.
  if (!plain && !/^[\p{L}\p{M}\p{N}.-]+$/u.test(name)) return undefined;
  const ascii = plain ? name : URL.parse(`http://${name}/`)?.hostname;
  return ascii === undefined ? undefined : canonicalTarget(`${ascii}${port || ':443'}`);
}

/** The parts of a canonical `host:port`; an IPv6 address comes without its brackets. */
export function hostAndPort(canonical: string): { host: string; port: number } {
  const colon = canonical.lastIndexOf(':');
  return {
    host: canonical.slice(0, colon).replace(/^\[(.*)\]$/, '$1'),
    port: Number(canonical.slice(colon + 1)),
  };
}

/** Canonical `host:port` of an address with a scheme. */
export function authorityOf(url: URL): string | undefined {
  return canonicalTarget(`${url.hostname}:${url.port || (url.protocol === 'http:' ? 80 : 443)}`);
}
