/** The way out of a run: to the places on its list, by tunnel or by plain http; all else is refused before anything is dialled. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Logger } from 'pino';
import { canonicalTarget, proxyTarget, shownTarget } from '#src/core/network/authority.ts';
import type { EgressRefusal } from '#src/core/network/refusal.ts';
import type { EgressDesk } from './desk.ts';
import { passOn } from './egress/plain-request.ts';
import { refusalSentence } from './egress/sentences.ts';
import { runTunnel } from './egress/tunnel.ts';
import type { Dialled, WayOut } from './egress/way-out.ts';
import { answerText } from './raw-answer.ts';

export interface EgressParts {
  desk: EgressDesk;
  wayOut: WayOut;
  log: Logger;
  /** Connections to the outside of one run at a time. */
  most: number;
  /** Silence after which one is ended, milliseconds. */
  idleMs: number;
}

export interface Egress {
  /** They never reject and always end what they answer. `closed` ends what is open with the run. */
  connect(
    run: string,
    req: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    closed: AbortSignal,
  ): Promise<void>;
  request(run: string, req: IncomingMessage, res: ServerResponse, closed: AbortSignal): Promise<void>;
  /** Refuses what asks for the way out and cannot be read; `target` is as it was written. */
  unreadable(run: string, target: string, socket: Duplex): Promise<void>;
}

type No = { status: number; text: string };

export function createEgress({ desk, wayOut, log, most, idleMs }: EgressParts): Egress {
  const open = new Map<string, number>();

  const refused = async (run: string, target: string, reason: EgressRefusal): Promise<No> => {
    log.info({ run, target, reason }, 'a run was not let out');
    await desk.refused(run, target, reason);
    return { status: 403, text: refusalSentence(target, reason) };
  };
  const malformed = (run: string, written: string): Promise<No> =>
    refused(run, shownTarget(written), 'malformed');
  const failed = (target: string, reason: string): No => ({
    status: 502,
    text: `prlt could not reach ${target}: ${reason}.\n`,
  });

  /** The connection, or what to say instead of it. */
  const reach = async (
    run: string,
    target: string,
    plain: IncomingMessage | undefined,
    closed: AbortSignal,
  ): Promise<Extract<Dialled, { kind: 'connected' }> | No> => {
    if (!(await desk.allowed(run)).includes(target)) return refused(run, target, 'not_listed');
    if (plain && !isPlainRead(plain)) return refused(run, target, 'method');
    if ((open.get(run) ?? 0) >= most) return refused(run, target, 'too_many');
    open.set(run, (open.get(run) ?? 0) + 1);
    const dialled = await wayOut.dial(target, { plain: plain !== undefined, signal: closed });
    if (dialled.kind === 'connected') {
      dialled.socket.once('close', () => release(run));
      return dialled;
    }
    release(run);
    if (dialled.kind === 'failed') return failed(target, dialled.reason);
    log.warn(
      { run, target, addresses: dialled.addresses },
      'an allowed name leads to an address that is not public',
    );
    return refused(run, target, 'not_public');
  };
  const release = (run: string): void => {
    const left = (open.get(run) ?? 1) - 1;
    if (left > 0) open.set(run, left);
    else open.delete(run);
  };

  return {
    connect: async (run, req, socket, head, closed) => {
      const gone = closedOr(closed, socket);
      try {
        const target = canonicalTarget(req.url ?? '');
        if (target === undefined) return tell(socket, await malformed(run, req.url ?? ''));
        const way = await reach(run, target, undefined, gone);
        if ('status' in way) return tell(socket, way);
        const end = await runTunnel(socket, way.socket, { target, head, idleMs, closed });
        log.debug({ run, target, ...end }, 'a tunnel ended');
        if (end.refused) await refused(run, target, end.refused);
      } catch (error) {
        log.error({ run, err: error }, 'a tunnel failed');
        socket.destroy();
      }
    },
    request: async (run, req, res, closed) => {
      const gone = closedOr(closed, res);
      const target = proxyTarget(req.url ?? '');
      try {
        if (target === undefined) return answer(res, await malformed(run, req.url ?? ''));
        const way = await reach(run, target, req, gone);
        if ('status' in way) return answer(res, way);
        const bytes = await passOn({ req, res, ...way, proxy: way.proxy, idleMs, signal: gone });
        log.debug({ run, target, down: bytes }, 'a plain request ended');
      } catch (error) {
        if (gone.aborted || res.headersSent) return void res.destroy();
        const reason = (error as { code?: string }).code ?? 'it gave no answer';
        answer(res, failed(target ?? '', reason));
      }
    },
    unreadable: async (run, target, socket) => tell(socket, await malformed(run, target)),
  };
}

/** Aborts when the run ends, or the one who asked goes away. */
function closedOr(closed: AbortSignal, asking: Duplex | ServerResponse): AbortSignal {
  const gone = new AbortController();
  asking.once('close', () => gone.abort());
  return AbortSignal.any([closed, gone.signal]);
}

function tell(socket: Duplex, { status, text }: No): void {
  answerText(socket, status, text);
}

function answer(res: ServerResponse, { status, text }: No): void {
  res.writeHead(status, {
    'content-type': 'text/plain; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    connection: 'close',
  });
  res.end(text);
}

/** What of http may go without a tunnel. */
function isPlainRead({ method, url = '' }: IncomingMessage): boolean {
  return (method === 'GET' || method === 'HEAD') && /^http:/i.test(url);
}

export function isProxyRequest(target: string): boolean {
  return /^[a-z][a-z0-9+.-]*:/i.test(target);
}
