/** What a run's socket serves. Which socket a request came in on is its identity; nothing in the request can name a run. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import { answerJson, refuse } from './answer.ts';
import { readBody } from './bounded-body.ts';
import { takeBundle } from './bundle-upload.ts';
import type { RunDesk } from './desk.ts';
import { type Egress, isProxyRequest } from './egress.ts';
import { parseEventLines } from './event-lines.ts';
import type { GatewayLimits } from './limits.ts';
import { streamMessages } from './message-stream.ts';
import type { Models } from './models/models.ts';
import type { ServeRegistry } from './registries/serve.ts';
import type { McpEndpoint } from './tools/mcp.ts';

export interface RouteContext {
  run: string;
  desk: RunDesk;
  mcp: McpEndpoint;
  egress: Egress;
  registries: ServeRegistry;
  models?: Models;
  limits: GatewayLimits;
  log: Logger;
  /** Aborts when the run's socket closes. */
  closed: AbortSignal;
}

/** Never rejects and always ends the response. */
export async function route(context: RouteContext, req: IncomingMessage, res: ServerResponse): Promise<void> {
  try {
    await dispatch(context, req, res);
  } catch (error) {
    if (req.destroyed && !req.complete) return;
    context.log.error({ run: context.run, err: error, method: req.method }, 'a request of a run failed');
    if (res.headersSent) res.destroy();
    else
      refuse(req, res, {
        status: 500,
        reason: 'The host failed at this; its log has the reason. Try again.',
      });
  }
}

async function dispatch(context: RouteContext, req: IncomingMessage, res: ServerResponse): Promise<void> {
  const { run, desk, limits } = context;
  const target = req.url ?? '';
  if (isProxyRequest(target)) return context.egress.request(run, req, res, context.closed);
  // A base makes `//x` and `/..` into plain paths of this host; only the path and the query are used.
  const url = URL.parse(`http://run${target.startsWith('/') ? '' : '/'}${target}`);
  const path = url?.pathname ?? '';
  switch (`${req.method} ${path}`) {
    case 'GET /assignment':
      return sendAssignment(context, req, res);
    case 'POST /events':
      return takeEvents(context, req, res);
    case 'GET /messages':
      return sendMessages(context, url?.searchParams.get('after') ?? '0', req, res);
    case 'PUT /bundle':
      return takeBundle(run, url?.searchParams.get('head') ?? null, req, res, desk, limits.bundleIdleMs);
  }
  if (target.startsWith('/registries/')) return context.registries(run, req, res, context.closed);
  if (path === '/mcp') return context.mcp.serve(req, res);
  if (url && context.models && path.startsWith('/models/')) return context.models.serve(run, url, req, res);
  refuse(req, res, { status: 404, reason: 'There is nothing here.' });
}

async function sendAssignment(
  { run, desk, closed }: RouteContext,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  const assignment = await desk.assignment(run, whileOpen(res, closed));
  switch (assignment) {
    case 'over':
      return refuse(req, res, { status: 410, reason: 'This run is over; there is nothing left to do.' });
    case 'not_yet':
      return refuse(req, res, { status: 503, reason: 'There is nothing to do yet. Ask again.' });
    default:
      return answerJson(res, 200, assignment);
  }
}

async function takeEvents(context: RouteContext, req: IncomingMessage, res: ServerResponse): Promise<void> {
  const { run, desk, limits } = context;
  const body = await readBody(req, { bytes: limits.eventsBytes, ms: limits.eventsMs });
  if (body.kind === 'gone') return;
  if (body.kind === 'refused') return refuse(req, res, body);
  const lines = parseEventLines(body.bytes, limits);
  if (lines.kind === 'refused') {
    context.log.warn({ run, reason: lines.reason }, 'events of a run were refused');
    return refuse(req, res, lines);
  }
  answerJson(res, 200, await desk.events(run, lines.events));
}

async function sendMessages(
  context: RouteContext,
  after: string,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  if (!/^[0-9]{1,15}$/.test(after)) {
    return refuse(req, res, { status: 400, reason: 'GET /messages needs after=<the last message id>.' });
  }
  const signal = whileOpen(res, context.closed);
  const messages = context.desk.messages(context.run, Number(after), signal);
  await streamMessages(res, messages, signal, context.limits.heartbeatMs);
}

/** Aborts when nobody waits for the answer any more. */
function whileOpen(res: ServerResponse, closed: AbortSignal): AbortSignal {
  const gone = new AbortController();
  res.once('close', () => gone.abort());
  return AbortSignal.any([gone.signal, closed]);
}
