/** Connections from the host to the outside: resolved once, held against the address rules, dialled at just that address. */
import { once } from 'node:events';
import { connect, isIPv6, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { hostAndPort } from '#src/core/network/authority.ts';
import { askForTunnel, type CorporateProxy, type Proxies, proxyFor } from './proxies.ts';
import { type Lookup, resolveHost, systemLookup } from './resolve.ts';

export interface WayOutOptions {
  /** Canonical `host:port` entries that may lead to private addresses. */
  privateHosts: readonly string[];
  proxies?: Proxies;
  lookup?: Lookup;
  /** Time to resolve and connect, milliseconds. */
  dialMs?: number;
}

/** `refused` is ours, `failed` the network's; the sentence has no secrets. `addresses` are for the log. */
export type Dialled =
  | { kind: 'connected'; socket: Socket; proxy?: CorporateProxy }
  | { kind: 'refused'; addresses: string[] }
  | { kind: 'failed'; reason: string };

export interface WayOut {
  /**
   * @param target canonical `host:port`
   * @param how `tunnel`: bytes to the target itself, also behind a proxy. `plain`: an HTTP request follows, which the
   *   proxy reads when the answer names one.
   * @param privately this target may be private whatever the list says
   */
  dial(
    target: string,
    how?: { plain?: boolean; privately?: boolean; signal?: AbortSignal },
  ): Promise<Dialled>;
}

const usualDial = 15_000;
/** Time for one address of several, milliseconds. */
const attemptMs = 3_000;

export function createWayOut(options: WayOutOptions): WayOut {
  const { privateHosts, proxies = {}, lookup = systemLookup, dialMs = usualDial } = options;
  return {
    dial: async (target, { plain = false, privately = false, signal } = {}) => {
      const { host, port } = hostAndPort(target);
      const late = AbortSignal.timeout(dialMs);
      const ends = signal ? AbortSignal.any([late, signal]) : late;
      try {
        const proxy = proxyFor(proxies, plain ? 'http' : 'https', host, port);
        if (proxy) return await throughProxy(proxy, target, plain, ends);
        const found = await orAbort(
          resolveHost(host, privately || privateHosts.includes(target), lookup),
          ends,
        );
        if (found.kind === 'unknown') return { kind: 'failed', reason: 'its name could not be resolved' };
        if (found.kind === 'not_public') return { kind: 'refused', addresses: found.addresses };
        return { kind: 'connected', socket: await pinned(host, port, found.addresses, ends) };
      } catch (error) {
        if (late.aborted) return { kind: 'failed', reason: `no connection within ${dialMs / 1000} s` };
        return { kind: 'failed', reason: codeOf(error) };
      }
    },
  };
}

async function throughProxy(
  proxy: CorporateProxy,
  target: string,
  plain: boolean,
  signal: AbortSignal,
): Promise<Dialled> {
  const raw = connect({ host: proxy.host, port: proxy.port, allowHalfOpen: true });
  const socket = proxy.secure ? connectTls({ socket: raw, servername: proxy.host }) : raw;
  try {
    await connected(socket, proxy.secure ? 'secureConnect' : 'connect', signal);
    if (!plain) await askForTunnel(socket, proxy, target, signal);
    return { kind: 'connected', socket, ...(plain ? { proxy } : {}) };
  } catch (error) {
    socket.destroy();
    raw.destroy();
    throw error;
  }
}

/** The name is not looked up again: what was checked is what is dialled, one address after the other. */
async function pinned(host: string, port: number, addresses: string[], signal: AbortSignal): Promise<Socket> {
  const list = addresses.map((address) => ({ address, family: isIPv6(address) ? 6 : 4 }));
  const socket = connect({
    host,
    port,
    allowHalfOpen: true,
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: attemptMs,
    lookup: (_host, { all }, done) =>
      all ? done(null, list) : done(null, list[0]?.address ?? '', list[0]?.family),
  });
  try {
    await connected(socket, 'connect', signal);
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

async function connected(socket: Socket, event: string, signal: AbortSignal): Promise<void> {
  await once(socket, event, { signal });
  // Whoever takes it over listens; until then a failure must not end the process.
  socket.on('error', () => {});
  socket.setNoDelay(true);
}

function orAbort<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}

function codeOf(error: unknown): string {
  const { code, message } = error as { code?: string; message?: string };
  return code ?? message ?? 'the connection failed';
}
