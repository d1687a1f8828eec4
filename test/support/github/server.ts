/** The one port: REST below `/api/v3`, GraphQL at `/api/graphql`, git everywhere else; faults and the log come first. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultAction, Faults } from './faults.ts';
import { answerGit, gitTarget } from './git/http.ts';
import type { Caller } from './model.ts';
import { isWrite, type LoggedRequest } from './requests.ts';
import type { ApiAnswer, ApiRequest } from './rest/api.ts';
import { type AppRegistrations, registrationPage } from './web/app-manifest.ts';
import type { World } from './world.ts';

const REST = '/api/v3';
const GRAPHQL = '/api/graphql';

export interface ServerParts {
  readonly world: World;
  readonly faults: Faults;
  readonly log: LoggedRequest[];
  readonly rest: (request: ApiRequest) => Promise<ApiAnswer>;
  readonly registrations: AppRegistrations;
  readonly graphql: (request: ApiRequest) => Promise<ApiAnswer & { mutates: boolean }>;
}

interface Outcome {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly caller: Caller | null;
  readonly parsed: unknown;
  readonly writes: boolean;
}

export interface RunningServer {
  readonly port: number;
  close(): Promise<void>;
}

export async function startServer(parts: ServerParts, port: number): Promise<RunningServer> {
  const server: Server = createServer((request, response) => {
    void respond(parts, request, response).catch((error: unknown) => {
      const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
      parts.world.violations.push({ kind: 'crash', route: `${request.method} ${request.url}`, detail });
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function respond(
  parts: ServerParts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = request.url ?? '/';
  const method = request.method ?? 'GET';
  const git = gitTarget(url);
  const kind = git !== null ? 'git' : url.split('?')[0] === GRAPHQL ? 'graphql' : 'api';
  const path = kind === 'api' && url.startsWith(REST) ? url.slice(REST.length) : url;
  const fault = parts.faults.take({ method, path, git: git !== null });
  const note = (outcome: Partial<Outcome> & { status: number }, applied: boolean) =>
    parts.log.push({
      at: parts.world.clock(),
      kind,
      method,
      path,
      actor: nameOf(outcome.caller ?? null),
      status: outcome.status,
      body: outcome.parsed ?? null,
      applied,
      writes: outcome.writes ?? isWrite(method, path),
    });

  if (fault !== null && refusesAtOnce(fault)) {
    request.resume();
    note({ status: typeof fault === 'string' ? 0 : fault.status }, false);
    if (fault === 'silence') return;
    if (fault === 'reset') {
      request.socket.destroy();
      return;
    }
    const body = fault.body ?? { message: 'Server Error' };
    response.writeHead(fault.status, { 'content-type': 'application/json; charset=utf-8', ...fault.headers });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
    return;
  }
  if (fault !== null && typeof fault === 'object' && 'delayMs' in fault) await sleep(fault.delayMs);
  const outcome = git === null ? await answerApi(parts, kind, method, path, request) : await answerPush();
  note(outcome, true);
  if (fault !== null && typeof fault === 'object' && 'applyThen' in fault) {
    if (fault.applyThen === 'silence') return;
    if (fault.applyThen === 'reset') request.socket.destroy();
    else if (fault.applyThen === 'cut') {
      response.writeHead(outcome.status, { ...outcome.headers, 'content-length': outcome.body.length });
      response.write(outcome.body.subarray(0, outcome.body.length / 2));
      setTimeout(() => request.socket.destroy(), 50);
    } else
      response
        .writeHead(fault.applyThen, { 'content-type': 'application/json' })
        .end('{"message":"Server Error"}');
    return;
  }
  response.writeHead(outcome.status, { ...outcome.headers, 'content-length': outcome.body.length });
  response.end(outcome.body);

  async function answerPush(): Promise<Outcome> {
    if (git === null) throw new Error('not a git address');
    const answer = await answerGit(parts.world, git, request);
    return { ...answer, parsed: null, writes: git.service === 'git-receive-pack' };
  }
}

const refusesAtOnce = (
  fault: FaultAction,
): fault is 'reset' | 'silence' | Extract<FaultAction, { status: number }> =>
  typeof fault === 'string' || 'status' in fault;

async function answerApi(
  parts: ServerParts,
  kind: string,
  method: string,
  path: string,
  request: IncomingMessage,
): Promise<Outcome> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  if (method === 'POST' && registrationPage.test(path)) {
    return answerRegistration(parts, path, Buffer.concat(chunks).toString());
  }
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
  );
  const asked = { method, target: path, headers, body: Buffer.concat(chunks) };
  if (kind === 'graphql') {
    const answer = await parts.graphql(asked);
    return { ...answer, writes: answer.mutates };
  }
  const answer = await parts.rest(asked);
  return { ...answer, writes: isWrite(method, path) };
}

async function answerRegistration(parts: ServerParts, path: string, form: string): Promise<Outcome> {
  const answer = await parts.registrations.submit(path, new URLSearchParams(form));
  return {
    status: answer.status,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      ...(answer.location ? { location: answer.location } : {}),
    },
    body: Buffer.from(answer.problems.join('\n')),
    caller: null,
    parsed: null,
    writes: true,
  };
}

function nameOf(caller: Caller | null): string | null {
  return caller?.user?.login ?? caller?.app?.slug ?? null;
}
