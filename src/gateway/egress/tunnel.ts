/** A tunnel between a run and a place that it may reach: judged by its first bytes, then bytes both ways. */
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { EgressRefusal } from '#src/core/network/refusal.ts';
import { judgeFirstBytes } from './first-bytes.ts';

export interface TunnelOptions {
  /** Canonical `host:port`. */
  target: string;
  /** What the client sent behind its request. */
  head: Buffer;
  /** Silence of both sides after which it ends, milliseconds. */
  idleMs: number;
  /** Ends with the run. */
  closed: AbortSignal;
}

/** Bytes that left the container and bytes that came in. */
export interface TunnelEnd {
  up: number;
  down: number;
  refused?: EgressRefusal;
}

/** Fatal TLS alert `access_denied` (RFC 8446 §6.2), so that the client says more than that a connection broke. */
const accessDenied = Buffer.from([21, 3, 3, 0, 2, 2, 49]);
const established = 'HTTP/1.1 200 Connection Established\r\n\r\n';

/** Resolves once both sides are gone; nothing reaches `outside` before the first bytes are judged. */
export function runTunnel(client: Duplex, outside: Socket, options: TunnelOptions): Promise<TunnelEnd> {
  const { target, idleMs, closed } = options;
  const end: TunnelEnd = { up: 0, down: 0 };
  let seen = Buffer.alloc(0);
  const stop = (): void => {
    client.destroy();
    outside.destroy();
  };
  let timer = setTimeout(stop, idleMs);
  const alive = (): void => {
    clearTimeout(timer);
    timer = setTimeout(stop, idleMs);
  };
  const judge = (chunk: Buffer): void => {
    if (end.refused) return;
    seen = Buffer.concat([seen, chunk]);
    const verdict = judgeFirstBytes(target, seen);
    if (verdict.kind === 'more') return;
    if (verdict.kind === 'refused') {
      end.refused = verdict.reason;
      outside.destroy();
      client.end(verdict.reason === 'not_tls' ? '' : accessDenied, () => client.destroy());
      return;
    }
    client.off('data', judge);
    end.up += seen.length;
    outside.write(seen);
    client.on('data', (more: Buffer) => {
      end.up += more.length;
      alive();
    });
    client.pipe(outside);
  };

  client.on('error', stop);
  outside.on('error', stop);
  closed.addEventListener('abort', stop, { once: true });
  client.write(established);
  outside.on('data', (chunk: Buffer) => {
    end.down += chunk.length;
    alive();
  });
  outside.pipe(client);
  client.on('data', judge);
  // A client that ends without having said anything ends the other side too; afterwards this does nothing more.
  client.once('end', () => outside.end());
  if (options.head.length > 0) judge(options.head);
  if (closed.aborted) stop();

  return new Promise((resolve) => {
    const gone = (): void => {
      if (!client.closed) client.end();
      if (!outside.closed) {
        outside.destroy();
        return;
      }
      if (!client.closed) return;
      clearTimeout(timer);
      closed.removeEventListener('abort', stop);
      resolve(end);
    };
    client.once('close', gone);
    outside.once('close', gone);
  });
}
