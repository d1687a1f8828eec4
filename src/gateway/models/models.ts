/**
 * `/models/<provider>/…` on a run's socket: passes the calls that a CLI needs on to the provider, adds the key that the
 * box does not have, and counts what the answers used.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import type { ModelProvider } from '#src/core/models.ts';
import { readBody } from '../bounded-body.ts';
import type { ModelDesk } from '../desk.ts';
import { ask } from './ask.ts';
import { type CallBody, readCallBody } from './call-body.ts';
import { type CallEndpoint, type Endpoint, endpointOf, type Form, queryOf } from './endpoints.ts';
import { failureOf, refusalOf } from './failures.ts';
import { createKey, type Key } from './keys.ts';
import { createLanes } from './lanes.ts';
import { unanswered } from './meter.ts';
import { passAnswer } from './pass-answer.ts';
import { type CallRefusal, refuseCall } from './refusal.ts';
import { createUpstream, type UpstreamLimits } from './upstream.ts';

export interface ModelsOptions {
  providers: readonly ModelProvider[];
  desk: ModelDesk;
  log: Logger;
  now: () => number;
  /** What commands that print a key see. */
  env: Record<string, string | undefined>;
  /** `http_proxy`, `https_proxy` and `no_proxy`. */
  proxies: Record<string, string>;
  limits?: Partial<ModelLimits>;
}

/** Bytes and milliseconds. */
export interface ModelLimits extends UpstreamLimits {
  /** One request. */
  bodyBytes: number;
  /** Requests of all runs that are in memory at a time. */
  heldBytes: number;
  bodyMs: number;
  /** Calls of one run under way at a time; further ones wait. */
  calls: number;
}

export interface Models {
  /** Never rejects and always ends the response. `url` has the request's path and query. */
  serve(run: string, url: URL, req: IncomingMessage, res: ServerResponse): Promise<void>;
  /** Lets go of idle connections. */
  close(): void;
}

const MiB = 2 ** 20;
/** Anthropic takes 32 MB; a provider that thinks without a sign of life for ten minutes has stalled. */
const usual: ModelLimits = {
  bodyBytes: 32 * MiB,
  heldBytes: 256 * MiB,
  bodyMs: 60_000,
  calls: 128,
  connectMs: 20_000,
  silenceMs: 600_000,
};

interface Line {
  provider: ModelProvider;
  key: Key;
}

interface Asked {
  run: string;
  line: Line;
  endpoint: Exclude<Endpoint, { kind: 'hello' }>;
  query: string;
  req: IncomingMessage;
  res: ServerResponse;
  signal: AbortSignal;
}

type Said = Extract<CallBody, { kind: 'body' }>;

export function createModels(options: ModelsOptions): Models {
  const { desk, log, env, now } = options;
  const limits = { ...usual, ...options.limits };
  const lines = new Map<string, Line>(
    options.providers.map((provider) => [
      provider.name,
      { provider, key: createKey(provider.key, env, now) },
    ]),
  );
  const upstream = createUpstream(limits, options.proxies);
  const lanes = createLanes(limits.calls);
  let held = 0;

  const serve = async (run: string, url: URL, req: IncomingMessage, res: ServerResponse): Promise<void> => {
    const [, name = '', path = ''] = /^\/models\/([^/]*)(.*)$/.exec(url.pathname) ?? [];
    const line = lines.get(name);
    if (!line) return refuseCall(req, res, noProvider(name, [...lines.keys()]));
    const endpoint = endpointOf(line.provider.api, req.method, path);
    if (!endpoint) return refuseCall(req, res, noEndpoint(req.method, path));
    if (endpoint.kind === 'hello') {
      res.writeHead(200, { 'content-length': 0 }).end();
      return;
    }
    const gone = new AbortController();
    res.once('close', () => gone.abort());
    const leave = await lanes.enter(run, gone.signal);
    try {
      const query = queryOf(url.searchParams);
      if (leave) await pass({ run, line, endpoint, query, req, res, signal: gone.signal });
    } finally {
      leave?.();
    }
  };

  /** One call, from its body to the last byte of its answer. */
  const pass = async (asked: Asked): Promise<void> => {
    const { run, line, endpoint, req, res, signal } = asked;
    const size = endpoint.kind === 'list' ? 0 : sizeOf(req, limits.bodyBytes);
    if (held + size > limits.heldBytes) return refuseCall(req, res, busy);
    held += size;
    let released = false;
    const release = (): void => {
      if (!released) held -= size;
      released = true;
    };
    try {
      const body = endpoint.kind === 'list' ? undefined : await read(asked, endpoint.form);
      if (body === 'answered') return;
      const billed = endpoint.kind === 'call' && endpoint.billed && body !== undefined;
      await lanes.counted(run);
      const admitted = await desk.admit(run, {
        provider: line.provider.name,
        ...(body ? { model: body.model } : {}),
        ...(billed ? { billed: { bytes: body.bytes.length, signal } } : {}),
      });
      if (admitted.kind === 'refused') return refuseCall(req, res, refusalOf(admitted));
      await answer(asked, body, billed, release);
    } finally {
      release();
    }
  };

  const read = async ({ line, req, res }: Asked, form: Form): Promise<Said | 'answered'> => {
    const encoding = req.headers['content-encoding'];
    if (encoding !== undefined && encoding !== 'identity') {
      refuseCall(req, res, compressed);
      return 'answered';
    }
    const sent = await readBody(req, { bytes: limits.bodyBytes, ms: limits.bodyMs });
    if (sent.kind === 'gone') return 'answered';
    const body =
      sent.kind === 'refused'
        ? { ...sent, type: 'invalid_request_error' }
        : readCallBody(form, sent.bytes, line.provider.allow);
    if (body.kind === 'body') return body;
    refuseCall(req, res, body);
    return 'answered';
  };

  const answer = async (
    asked: Asked,
    body: Said | undefined,
    billed: boolean,
    release: () => void,
  ): Promise<void> => {
    const { run, line, endpoint, query, req, res, signal } = asked;
    const about = { provider: line.provider.name, model: body?.model ?? '', asked: body?.bytes.length ?? 0 };
    const settle = (call: Omit<Parameters<ModelDesk['settle']>[1], keyof typeof about>): void => {
      if (billed) lanes.counting(run, desk.settle(run, { ...about, ...call }));
    };
    try {
      const from = await ask(line.provider, line.key, upstream, {
        method: req.method ?? 'GET',
        path: `${endpoint.path}${query}`,
        headers: req.headers,
        ...(body ? { body: body.bytes } : {}),
        signal,
      });
      release();
      const call = endpoint.kind === 'call' ? endpoint : undefined;
      await passAnswer({
        ...about,
        from,
        req,
        res,
        silenceMs: limits.silenceMs,
        settle,
        ...callParts(call, body),
      });
    } catch (error) {
      const failure = failureOf(error, about);
      if (!failure) {
        settle({ status: 0, usage: unanswered(about.asked), estimated: true });
        throw error;
      }
      log.warn({ run, provider: about.provider, reason: failure.log }, 'a model call came to nothing');
      settle(failure.call);
      refuseCall(req, res, failure.refusal);
    }
  };

  return {
    serve: async (run, url, req, res) => {
      try {
        await serve(run, url, req, res);
      } catch (error) {
        log.error({ run, err: error }, 'a model call of a run failed here');
        if (res.headersSent) res.destroy();
        else refuseCall(req, res, ownFault);
      }
    },
    close: () => upstream.close(),
  };
}

function callParts(
  endpoint: CallEndpoint | undefined,
  body: Said | undefined,
): { form?: Form; mostOutput?: number } {
  return {
    ...(endpoint ? { form: endpoint.form } : {}),
    ...(body?.mostOutput === undefined ? {} : { mostOutput: body.mostOutput }),
  };
}

/** What a request takes of the memory for requests: as it announces, or as much as it may. */
function sizeOf(req: IncomingMessage, most: number): number {
  const announced = req.headers['content-length'];
  return announced === undefined ? most : Math.min(Number(announced), most);
}

function noProvider(name: string, names: string[]): CallRefusal {
  const there = names.length === 0 ? 'the operator has set up none' : `there are ${names.join(', ')}`;
  const shown = /^[\w.-]{1,64}$/.test(name) ? ` "${name}"` : ' of that name';
  return {
    status: 404,
    type: 'not_found_error',
    reason: `There is no provider of models${shown}: ${there}.`,
  };
}

function noEndpoint(method: string | undefined, path: string): CallRefusal {
  return {
    status: 403,
    type: 'permission_error',
    reason: `prlt passes on model calls only; ${method} ${path.slice(0, 100)} is none of them.`,
  };
}

const busy: CallRefusal = {
  status: 429,
  type: 'rate_limit_error',
  reason: 'The service has no memory left for another request of this size now.',
  again: true,
};
const compressed: CallRefusal = {
  status: 415,
  type: 'invalid_request_error',
  reason: 'prlt reads model calls that are not compressed.',
};
const ownFault: CallRefusal = {
  status: 500,
  type: 'api_error',
  reason: 'The host failed at this; its log has the reason.',
  again: true,
};
