/** The proxy that prlt itself stands behind, if any: which one a place is reached through, and how it is asked. */
import { once } from 'node:events';
import type { Socket } from 'node:net';

/** As `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY` say, under the lower-case names. */
export type Proxies = Readonly<Record<string, string>>;

export interface CorporateProxy {
  host: string;
  port: number;
  /** The proxy itself is spoken to over TLS. */
  secure: boolean;
  /** Value of `Proxy-Authorization`. */
  authorization?: string;
}

/** @param kind `https` for tunnels, `http` for requests that the proxy reads */
export function proxyFor(
  proxies: Proxies,
  kind: 'http' | 'https',
  host: string,
  port: number,
): CorporateProxy | undefined {
  const address = proxies[`${kind}_proxy`];
  if (!address || bypassed(proxies['no_proxy'] ?? '', host, port)) return undefined;
  const url = new URL(address);
  const { username, password } = url;
  const secure = url.protocol === 'https:';
  const basic = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`);
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: Number(url.port || (secure ? 443 : 80)),
    secure,
    ...(username ? { authorization: `Basic ${basic.toString('base64')}` } : {}),
  };
}

/** `*`, `host`, `.suffix`, `*.suffix`, each with or without a port (docs: Node http, built-in proxy support). */
function bypassed(list: string, host: string, port: number): boolean {
  return list.split(',').some((written) => {
    const entry = written.trim().toLowerCase();
    if (entry === '*') return true;
    const [, name = '', only] = /^(\[.*\]|.*?)(?::([0-9]+))?$/.exec(entry) ?? [];
    if (name === '' || (only !== undefined && Number(only) !== port)) return false;
    const plain = entry === host ? host : name.replace(/^\[(.*)\]$/, '$1').replace(/^\*\./, '.');
    return plain.startsWith('.') ? host.endsWith(plain) : plain === host;
  });
}

const longestHead = 16 * 1024;

/** Asks for a tunnel on a fresh connection to the proxy. Rejects with the proxy's answer, which names no secret of ours. */
export async function askForTunnel(
  socket: Socket,
  proxy: CorporateProxy,
  target: string,
  signal: AbortSignal,
): Promise<void> {
  const lines = [`CONNECT ${target} HTTP/1.1`, `Host: ${target}`];
  if (proxy.authorization) lines.push(`Proxy-Authorization: ${proxy.authorization}`);
  socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  let head = Buffer.alloc(0);
  for (;;) {
    const [chunk] = (await Promise.race([
      once(socket, 'data', { signal }),
      once(socket, 'close', { signal }).then(() => [undefined]),
    ])) as [Buffer | undefined];
    if (chunk === undefined) throw new Error('the proxy closed the connection');
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf('\r\n\r\n');
    if (end < 0 && head.length < longestHead) continue;
    socket.pause();
    const status = /^HTTP\/1\.[01] ([0-9]{3})/.exec(head.toString('latin1'))?.[1];
    if (end < 0 || !status?.startsWith('2')) throw new Error(`the proxy answered ${status ?? 'nonsense'}`);
    const rest = head.subarray(end + 4);
    if (rest.length > 0) socket.unshift(rest);
    return;
  }
}
