/** Requests to a provider over connections that stay open; neither side is buffered, nothing is followed. */
import http, { type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import https from 'node:https';

export interface UpstreamRequest {
  method: string;
  url: string;
  headers: OutgoingHttpHeaders;
  body?: Buffer;
  signal: AbortSignal;
}

export interface Upstream {
  /** The answer's head; its body is not read yet. Rejects with {@link UpstreamError}. */
  send(request: UpstreamRequest): Promise<IncomingMessage>;
  close(): void;
}

export interface UpstreamLimits {
  /** Milliseconds until a connection stands, and of silence on one that does. */
  connectMs: number;
  silenceMs: number;
}

/** `aborted`: our side gave up. The message holds no header and no body. */
export class UpstreamError extends Error {
  override readonly name = 'UpstreamError';
  readonly broken: 'stalled' | 'unreachable' | 'aborted';

  constructor(broken: UpstreamError['broken'], message: string) {
    super(message);
    this.broken = broken;
  }
}

/** @param proxies `http_proxy`, `https_proxy` and `no_proxy` as Node reads them */
export function createUpstream(limits: UpstreamLimits, proxies: Record<string, string>): Upstream {
  const options = { keepAlive: true, proxyEnv: proxies, scheduling: 'lifo' } as const;
  const agents = { 'http:': new http.Agent(options), 'https:': new https.Agent(options) };

  const once = (request: UpstreamRequest): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const { method, headers, body, signal } = request;
      const url = new URL(request.url);
      const { request: open } = url.protocol === 'https:' ? https : http;
      const req = open(url, { method, headers, signal, agent: agents[url.protocol as 'http:' | 'https:'] });
      const late = setTimeout(
        () => req.destroy(new UpstreamError('unreachable', 'no connection in time')),
        limits.connectMs,
      );
      const silent = setTimeout(
        () => req.destroy(new UpstreamError('stalled', 'no answer in time')),
        limits.silenceMs,
      );
      const connected = (): void => clearTimeout(late);
      req.once('socket', (socket) => {
        if (!socket.connecting) return connected();
        socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', connected);
      });
      req.once('response', (answer) => {
        clearTimeout(silent);
        resolve(answer);
      });
      req.once('close', () => {
        clearTimeout(late);
        clearTimeout(silent);
      });
      req.on('error', (error: NodeJS.ErrnoException) => {
        if (error instanceof UpstreamError) return reject(error);
        if (signal.aborted) return reject(new UpstreamError('aborted', 'given up'));
        reject(new ResetError('unreachable', String(error.code ?? error.message), req.reusedSocket));
      });
      req.end(body);
    });

  return {
    send: async (request) => {
      try {
        return await once(request);
      } catch (error) {
        // A connection that had been idle was closed as the request went out; nothing came back, so it was not taken up.
        if (error instanceof ResetError && error.reused && ['ECONNRESET', 'EPIPE'].includes(error.message)) {
          return once(request);
        }
        throw error;
      }
    },
    close: () => {
      for (const agent of Object.values(agents)) agent.destroy();
    },
  };
}

class ResetError extends UpstreamError {
  readonly reused: boolean;

  constructor(broken: UpstreamError['broken'], message: string, reused: boolean) {
    super(broken, message);
    this.reused = reused;
  }
}
