/** The HTTP server on one run's socket, hardened against the one who has it: the agent. */
import { chmod } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { refuse } from './answer.ts';
import { type Unread, unreadTarget } from './egress/unread-target.ts';
import { answerText } from './raw-answer.ts';
import { type RouteContext, route } from './routes.ts';
import type { SocketPlace } from './socket-place.ts';

export interface RunServer {
  /** Ends the streams, gives requests in progress `graceMs`, then cuts them. */
  close(graceMs: number): Promise<void>;
}

/** Listens at `place`, whose directory exists. Uid and gid in a container are unknown here, so the socket is for all. */
export async function openRunServer(
  context: Omit<RouteContext, 'closed'>,
  place: SocketPlace,
): Promise<RunServer> {
  const { run, limits } = context;
  const closed = new AbortController();
  const full: RouteContext = { ...context, closed: closed.signal };
  let busy = 0;
  const server = createServer({
    headersTimeout: limits.headMs,
    // Bodies have times of their own: a message stream and a large bundle last.
    requestTimeout: 0,
    keepAliveTimeout: 30_000,
    connectionsCheckingInterval: Math.min(1000, limits.headMs),
    maxHeaderSize: 16 * 1024,
  });
  server.maxConnections = limits.connections;
  server.on('request', (req, res) => {
    req.on('error', () => {});
    res.on('error', () => {});
    if (busy >= limits.requests) {
      refuse(req, res, { status: 429, reason: `At most ${limits.requests} requests at a time.` });
      return;
    }
    busy += 1;
    res.once('close', () => {
      busy -= 1;
    });
    void route(full, req, res);
  });
  server.on('connect', (req, socket, head) => {
    void context.egress.connect(run, req, socket, head, closed.signal);
  });
  server.on('clientError', (error: NodeJS.ErrnoException & Unread, socket) => {
    const target = unreadTarget(error);
    if (target !== undefined) return void context.egress.unreadable(run, target, socket);
    const status =
      error.code === 'HPE_HEADER_OVERFLOW' ? 431 : error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400;
    answerText(socket, status, 'This is not a request that prlt can read.\n');
  });
  await listen(server, place.path);
  server.on('error', (error) => context.log.error({ run, err: error }, "a run's socket failed"));
  await chmod(place.path, 0o666);
  return {
    close: async (graceMs) => {
      closed.abort();
      const done = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      const timer = setTimeout(() => server.closeAllConnections(), graceMs);
      await done;
      clearTimeout(timer);
    },
  };
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
