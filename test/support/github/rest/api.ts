/** One REST call from raw request to answer: who, which endpoint, is it allowed, is our answer true to GitHub. */
import { createHash } from 'node:crypto';
import type { Contract } from '../contract/contract.ts';
import { notFound, Refusal } from '../failure.ts';
import type { Meter } from '../limits.ts';
import type { Caller } from '../model.ts';
import { fullName, timestamp, type World } from '../world.ts';
import { ANONYMOUS, authenticate, demandNoJwt } from './authenticate.ts';
import type { Answer, Call } from './route.ts';
import type { Match, Router } from './router.ts';

export interface ApiRequest {
  readonly method: string;
  /** Path below `/api/v3`, query included, as it came. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
}

export interface ApiAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly caller: Caller;
  readonly template: string | null;
  readonly parsed: unknown;
}

const VERSIONS = new Set(['2022-11-28', '2026-03-10']);
const JWT_PATHS =
  /^\/app(\/|$)|^\/(repos\/[^/]+\/[^/]+|orgs\/[^/]+|users\/[^/]+)\/installation$|^\/(meta|rate_limit)$/;

export function createApi(parts: { world: World; contract: Contract; router: Router; meter: Meter }) {
  const { world, contract, router, meter } = parts;

  return async function answer(request: ApiRequest): Promise<ApiAnswer> {
    let caller = ANONYMOUS;
    let match: Match | null = null;
    let parsed: unknown;
    let result: Answer;
    try {
      caller = authenticate(world, request.headers['authorization']);
      const version = request.headers['x-github-api-version'];
      if (version !== undefined && !VERSIONS.has(version))
        throw new Refusal(400, `"${version}" is not a supported version of the API.`);
      const target = byId(world, request.target);
      const [path = '', query = ''] = target.split(/\?(.*)/s);
      if (path !== '/rate_limit') meter.spend(caller);
      if (!JWT_PATHS.test(path)) demandNoJwt(caller);
      match = router(request.method, path);
      if (match === null) throw notFound();
      parsed = parseBody(request.body);
      result = await handle(match, { target, query, parsed, request, caller });
    } catch (error) {
      result = refused(world, match, request, error);
    }
    return render(result, { caller, match, parsed, request });
  };

  async function handle(
    match: Match,
    raw: { target: string; query: string; parsed: unknown; request: ApiRequest; caller: Caller },
  ): Promise<Answer> {
    const { route, operation, template, params } = match;
    const name = `${raw.request.method} ${template}`;
    if (route === null) {
      world.violations.push({
        kind: 'not-built',
        route: name,
        detail: 'GitHub has this call, the local one not yet',
      });
      throw new Refusal(501, `The local GitHub has no ${name} yet: see test/support/github/README.md`);
    }
    const query = new URLSearchParams(raw.query);
    const call: Call = {
      world,
      caller: raw.caller,
      method: raw.request.method,
      target: raw.target,
      params: operation === null ? params : { ...params, ...contract.checkPath(operation, params) },
      query: operation === null ? Object.fromEntries(query) : contract.checkQuery(operation, query),
      body: operation === null ? {} : contract.checkBody(operation, raw.parsed ?? undefined),
      accept: raw.request.headers['accept'] ?? '',
      accepted: new Set(),
    };
    const answer = await route.handle(call);
    const wrong =
      operation === null || answer.raw !== undefined
        ? null
        : contract.checkAnswer(operation, answer.status, plain(answer.body));
    if (wrong !== null) {
      world.violations.push({ kind: 'answer', route: name, detail: wrong });
      throw new Refusal(500, `The local GitHub's answer breaks GitHub's description: ${wrong}`);
    }
    const accepted = [...call.accepted].at(-1);
    if (accepted === undefined) return answer;
    return { ...answer, headers: { 'x-accepted-github-permissions': accepted, ...answer.headers } };
  }

  function render(
    answer: Answer,
    about: { caller: Caller; match: Match | null; parsed: unknown; request: ApiRequest },
  ): ApiAnswer {
    const json = answer.body === undefined ? '' : JSON.stringify(answer.body);
    const body = answer.raw?.bytes ?? Buffer.from(json);
    const etag = `"${createHash('sha256').update(body).digest('hex')}"`;
    const fresh = about.request.method === 'GET' && answer.status === 200;
    const known = fresh && about.request.headers['if-none-match'] === etag;
    return {
      status: known ? 304 : answer.status,
      headers: {
        'content-type': answer.raw?.type ?? 'application/json; charset=utf-8',
        date: new Date(world.clock()).toUTCString(),
        'x-github-media-type': 'github.v3; format=json',
        'x-github-request-id': createHash('sha1')
          .update(String(performance.now()))
          .digest('hex')
          .slice(0, 20),
        'x-github-api-version-selected': about.request.headers['x-github-api-version'] ?? '2022-11-28',
        ...meter.headers(about.caller),
        ...(fresh ? { etag } : {}),
        ...answer.headers,
      },
      body: known ? Buffer.alloc(0) : body,
      caller: about.caller,
      template: about.match?.template ?? null,
      parsed: about.parsed,
    };
  }
}

const plain = (body: unknown): unknown => (body === undefined ? undefined : JSON.parse(JSON.stringify(body)));

/** `/repositories/{id}/…` is what redirects lead to; GitHub serves it for everything below a repository. */
function byId(world: World, target: string): string {
  const found = /^\/repositories\/(\d+)(?=$|[/?])(.*)$/s.exec(target);
  const repo = found === null ? undefined : world.repos.get(Number(found[1]));
  if (found === null) return target;
  return repo === undefined ? '/repos/-/-' : `/repos/${fullName(repo)}${found[2]}`;
}

function parseBody(body: Buffer): unknown {
  if (body.length === 0) return undefined;
  try {
    return JSON.parse(body.toString());
  } catch {
    throw new Refusal(400, 'Problems parsing JSON');
  }
}

function refused(world: World, match: Match | null, request: ApiRequest, error: unknown): Answer {
  if (!(error instanceof Refusal)) {
    const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
    world.violations.push({
      kind: 'crash',
      route: `${request.method} ${match?.template ?? request.target}`,
      detail,
    });
    return {
      status: 500,
      body: { message: `The local GitHub broke: ${detail}`, at: timestamp(world.clock()) },
    };
  }
  const errors = error.problems.length === 0 ? {} : { errors: error.problems };
  const documentation_url = match?.operation?.documentation ?? 'https://docs.github.com/rest';
  const body = {
    message: error.message,
    ...errors,
    ...error.extra,
    documentation_url,
    status: String(error.status),
  };
  return { status: error.status, body, headers: error.headers };
}
