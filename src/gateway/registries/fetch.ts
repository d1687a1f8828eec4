/** One request to a registry from the host: the credential goes to the registry only, redirects are followed here. */
import { Agent, type IncomingMessage, request } from 'node:http';
import { isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import { authorityOf } from '#src/core/network/authority.ts';
import type { WayOut } from '../egress/way-out.ts';

export interface RegistryRequest {
  method: 'GET' | 'HEAD';
  url: URL;
  /** Without the credential. */
  headers: Record<string, string>;
  /** Sent to the origin of `url` and nowhere else. */
  credential?: { header: string; value: string };
  signal: AbortSignal;
}

/** `url` is where the answer came from. The answer has to be read or destroyed. */
export type RegistryAnswer =
  | { kind: 'answer'; response: IncomingMessage; url: URL }
  | { kind: 'failed'; reason: string };

const mostRedirects = 5;
/** Places that connections are kept open to. */
const mostOrigins = 64;
const redirects = new Set([301, 302, 303, 307, 308]);

export interface RegistryClient {
  get(asked: RegistryRequest): Promise<RegistryAnswer>;
}

/** @param origins of the registries themselves, which may be private: the operator named them. */
export function createRegistryClient(
  wayOut: WayOut,
  origins: readonly string[],
  idleMs: number,
): RegistryClient {
  const agents = new Map<string, Agent>();

  const agentFor = (origin: string): Agent => {
    const known = agents.get(origin);
    if (known) return known;
    const agent = new Agent({ keepAlive: true, maxSockets: 32, maxFreeSockets: 8, timeout: idleMs });
    agent.createConnection = (_options, done) => {
      connection(new URL(origin)).then(
        (socket) => done?.(null, socket),
        (error) => done?.(error, null as never),
      );
      return undefined as never;
    };
    const oldest = agents.size >= mostOrigins ? agents.entries().next().value : undefined;
    if (oldest) {
      oldest[1].destroy();
      agents.delete(oldest[0]);
    }
    agents.set(origin, agent);
    return agent;
  };

  /** Looked up and held against the address rules for each connection anew. */
  const connection = async (origin: URL): Promise<Duplex> => {
    const target = authorityOf(origin);
    if (target === undefined) throw new Unreachable('its address cannot be read');
    const dialled = await wayOut.dial(target, { privately: origins.includes(origin.origin) });
    if (dialled.kind === 'refused') throw new Unreachable('its name leads to an address that is not allowed');
    if (dialled.kind === 'failed') throw new Unreachable(dialled.reason);
    if (origin.protocol === 'http:') return dialled.socket;
    const { hostname } = origin;
    const servername = isIP(hostname.replace(/^\[(.*)\]$/, '$1')) ? '' : hostname;
    return connectTls({ socket: dialled.socket, host: hostname, servername, ALPNProtocols: ['http/1.1'] });
  };

  return {
    get: async ({ method, url: first, headers, credential, signal }) => {
      let url = first;
      for (let turn = 0; turn <= mostRedirects; turn += 1) {
        const own = url.origin === first.origin;
        const withCredential =
          own && credential ? { ...headers, [credential.header]: credential.value } : headers;
        // A redirect could be to anywhere, so it is only ever followed to what is safe without a list.
        if (!own && url.protocol !== 'https:' && !origins.includes(url.origin))
          return { kind: 'failed', reason: 'it redirects to plain http elsewhere' };
        let response: IncomingMessage;
        try {
          response = await send(agentFor(url.origin), {
            method,
            url,
            headers: withCredential,
            idleMs,
            signal,
          });
        } catch (error) {
          return { kind: 'failed', reason: reasonOf(error) };
        }
        const location = response.headers.location;
        if (!redirects.has(response.statusCode ?? 0) || location === undefined)
          return { kind: 'answer', response, url };
        response.resume();
        const next = URL.parse(location, url.href);
        if (next === null || !/^https?:$/.test(next.protocol) || next.username || next.password)
          return { kind: 'failed', reason: 'it redirects to an address that cannot be read' };
        url = next;
      }
      return { kind: 'failed', reason: 'it redirects without an end' };
    },
  };
}

/** Something that a person can be told; anything else is said by its code. */
class Unreachable extends Error {}

function reasonOf(error: unknown): string {
  if (error instanceof Unreachable) return error.message;
  return (error as { code?: string }).code ?? 'it gave no answer';
}

interface Sending {
  method: string;
  url: URL;
  headers: Record<string, string>;
  idleMs: number;
  signal: AbortSignal;
}

function send(agent: Agent, { method, url, headers, idleMs, signal }: Sending): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const outgoing = request({
      agent,
      host: url.hostname,
      port: url.port || (url.protocol === 'http:' ? 80 : 443),
      method,
      path: `${url.pathname}${url.search}`,
      headers: { ...headers, host: url.host },
      signal,
    });
    outgoing.setTimeout(idleMs, () => outgoing.destroy(new Unreachable('it gave no answer')));
    outgoing.on('response', resolve);
    outgoing.on('error', reject);
    outgoing.end();
  });
}
