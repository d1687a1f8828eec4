/**
 * `/models/<provider>/…` on a run's socket: passes the calls that a CLI needs on to the provider, adds the key that the
 * box does not have, and counts what the answers used.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import type { ModelProvider } from '#src/core/models.ts';
import type { ModelCall, ModelDesk } from '../desk.ts';
import { ask } from './ask.ts';
import { type Endpoint, endpointOf, queryOf } from './endpoints.ts';
import { failureOf, refusalOf } from './failures.ts';
import { withHint } from './hint.ts';
import { createKey, type Key } from './keys.ts';
import { createLanes } from './lanes.ts';
import { unanswered } from './meter.ts';
import { passAnswer } from './pass-answer.ts';
import { type CallRefusal, refuseCall } from './refusal.ts';
import { type BodyLimits, createBodies, type Said } from './take-body.ts';
import { createUpstream, type UpstreamLimits } from './upstream.ts';

export interface ModelsOptions {
  providers: readonly ModelProvider[];
  desk: ModelDesk;
  log: Logger;
  now: () => number;
  /** What commands that print a key see. */
  env: Record<string, string | undefined>;
  /** Told of each key that was read from a file or a command. */
  learned?: (provider: string, key: string) => void;
  /** `http_proxy`, `https_proxy` and `no_proxy`. */
  proxies: Record<string, string>;
  limits?: Partial<ModelLimits>;
}

/** Bytes and milliseconds. */
export interface ModelLimits extends UpstreamLimits, BodyLimits {
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

export function createModels(options: ModelsOptions): Models {
  const { desk, log, env, now } = options;
  const limits = { ...usual, ...options.limits };
  const lines = new Map<string, Line>(
    options.providers.map((provider) => [
      provider.name,
      { provider, key: createKey(provider.key, env, now, (key) => options.learned?.(provider.name, key)) },
    ]),
  );
  const upstream = createUpstream(limits, options.proxies);
  const lanes = createLanes(limits.calls);
  const bodies = createBodies(limits);

  const serve = async (run: string, url: URL, req: IncomingMessage, res: ServerResponse): Promise<void> => {
    const [, name = '', path = ''] = /^\/models\/([^/]*)(.*)$/.exec(url.pathname) ?? [];
    const line = lines.get(name);
    if (!line) return refuseCall(req, res, noProvider(name, [...lines.keys()]));
    const query = queryOf(url.searchParams);
    const endpoint = endpointOf(line.provider.api, req.method, path, query);
    if (!endpoint) return refuseCall(req, res, noEndpoint(req.method, path));
    if (endpoint.kind === 'hello') {
      res.writeHead(200, { 'content-length': 0 }).end();
      return;
    }
    const gone = new AbortController();
    res.once('close', () => gone.abort());
    const leave = await lanes.enter(run, gone.signal);
    try {
      if (leave) await pass({ run, line, endpoint, query, req, res, signal: gone.signal });
    } finally {
      leave?.();
    }
  };

  /** One call, from its body to the last byte of its answer. */
  const pass = async (asked: Asked): Promise<void> => {
    const { line, endpoint, req, res } = asked;
    if (endpoint.kind === 'list') return decide(asked, undefined, false, () => {});
    const { taken, release } = await bodies.take(req, endpoint, line.provider.allow);
    try {
      if (taken.kind === 'refused') return refuseCall(req, res, taken);
      if (taken.kind === 'body') await decide(asked, taken, endpoint.billed, release);
    } finally {
      release();
    }
  };

  const decide = async (
    asked: Asked,
    body: Said | undefined,
    billed: boolean,
    release: () => void,
  ): Promise<void> => {
    const { run, line, req, res, signal } = asked;
    await lanes.counted(run);
    const admitted = await desk.admit(run, {
      provider: line.provider.name,
      ...(body ? { model: body.model } : {}),
      ...(billed && body ? { billed: { bytes: body.bytes.length, signal } } : {}),
    });
    if (admitted.kind === 'refused') return refuseCall(req, res, refusalOf(admitted));
    await answer(asked, body, billed, release, admitted.hint);
  };

  const answer = async (
    asked: Asked,
    body: Said | undefined,
    billed: boolean,
    release: () => void,
    hint: string | undefined,
  ): Promise<void> => {
    const { run, line, endpoint, query, req, res, signal } = asked;
    const hinted =
      body && endpoint.kind === 'call' && hint ? withHint(endpoint.form, body.bytes, hint) : body?.bytes;
    const about = { provider: line.provider.name, model: body?.model ?? '', asked: body?.bytes.length ?? 0 };
    const settle = (call: Omit<ModelCall, keyof typeof about>): void => {
      if (billed) lanes.counting(run, desk.settle(run, { ...about, ...call }));
    };
    try {
      const from = await ask(line.provider, line.key, upstream, {
        method: req.method ?? 'GET',
        path: `${endpoint.path}${query}`,
        headers: req.headers,
        ...(hinted ? { body: hinted } : {}),
        signal,
      });
      release();
      await passAnswer({
        ...{ ...about, api: line.provider.api, from, req, res, silenceMs: limits.silenceMs, settle },
        ...(endpoint.kind === 'call' ? { form: endpoint.form } : {}),
        ...(body?.mostOutput === undefined ? {} : { mostOutput: body.mostOutput }),
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

const ownFault: CallRefusal = {
  status: 500,
  type: 'api_error',
  reason: 'The host failed at this; its log has the reason.',
  again: true,
};
