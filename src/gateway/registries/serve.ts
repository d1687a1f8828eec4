/** `GET /registries/<name>/…` on a run's socket: the registry's answer, asked for with a credential that stays on the host. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { Logger } from 'pino';
import { type Registry, serves } from '#src/core/registry.ts';
import { type Refusal, refuse } from '../answer.ts';
import type { EgressDesk } from '../desk.ts';
import type { WayOut } from '../egress/way-out.ts';
import type { RegistryAccess } from './access.ts';
import { createRegistryClient, type RegistryAnswer } from './fetch.ts';
import { addressBelow, registryPath } from './path.ts';
import { publicAddress } from './public.ts';
import { isPage, rewritePage } from './rewrite.ts';

export interface RegistryParts {
  desk: EgressDesk;
  wayOut: WayOut;
  registries: RegistryAccess;
  log: Logger;
  /** Silence after which a request is given up, milliseconds. */
  idleMs: number;
}

/** Always ends the response; `closed` ends it with the run. */
export type ServeRegistry = (
  run: string,
  req: IncomingMessage,
  res: ServerResponse,
  closed: AbortSignal,
) => Promise<void>;

const MiB = 1024 * 1024;
/** The metadata of packages with thousands of versions has some tens of MiB. */
const largestPage = 64 * MiB;

/** What of a request is passed on; credentials and cookies of the run are not. */
const asked = ['accept', 'user-agent', 'range', 'if-range', 'if-none-match', 'if-modified-since'];
/** What of an answer is. */
const told = [
  'content-type',
  'content-length',
  'content-encoding',
  'content-range',
  'content-disposition',
  'accept-ranges',
  'cache-control',
  'etag',
  'last-modified',
  'x-checksum-sha1',
  'x-checksum-sha256',
  'x-checksum-md5',
];

export function createRegistries({ desk, wayOut, registries, log, idleMs }: RegistryParts): ServeRegistry {
  const origins = registries.list.map(({ url }) => new URL(url).origin);
  const client = createRegistryClient(wayOut, origins, idleMs);

  /** Asks once more when the credential was not taken: it may have been replaced since it was read. */
  const answerOf = async (registry: Registry, url: URL, req: IncomingMessage, signal: AbortSignal) => {
    const headers: Record<string, string> = { 'accept-encoding': 'identity' };
    for (const name of asked) {
      const value = req.headers[name];
      if (typeof value === 'string') headers[name] = value;
    }
    const method = req.method === 'HEAD' ? 'HEAD' : 'GET';
    for (const anew of [false, true]) {
      const credential = await registries.authorization(registry.name, anew);
      const answer = await client.get({
        method,
        url,
        headers,
        signal,
        ...(credential ? { credential } : {}),
      });
      const again = answer.kind === 'answer' && answer.response.statusCode === 401 && credential && !anew;
      if (!again) return answer;
      answer.response.resume();
    }
    throw new Error('unreachable');
  };

  return async (run, req, res, closed) => {
    const found = await find(run, req);
    if ('reason' in found) return refuse(req, res, found);
    if ('elsewhere' in found) return leadOn(res, found.elsewhere);
    const { registry, url } = found;
    const gone = new AbortController();
    res.once('close', () => gone.abort());
    const signal = AbortSignal.any([gone.signal, closed]);
    const answer = await answerOf(registry, url, req, signal).catch((error: unknown): RegistryAnswer => {
      log.error({ run, registry: registry.name, err: error }, 'a registry could not be asked');
      return { kind: 'failed', reason: 'its credential could not be read' };
    });
    if (signal.aborted) return void res.destroy();
    if (answer.kind === 'failed') {
      log.warn({ run, registry: registry.name, reason: answer.reason }, 'a registry did not answer');
      return refuse(req, res, { status: 502, reason: `Registry ${registry.name}: ${answer.reason}.` });
    }
    const { response } = answer;
    if (response.statusCode === 401) {
      response.resume();
      log.error({ run, registry: registry.name }, "a registry does not take the service's credential");
      const reason = `Registry ${registry.name} does not take the credential that the service has for it.`;
      return refuse(req, res, { status: 502, reason });
    }
    await send(registry, answer, req, res).catch((error: unknown) => {
      log.warn(
        { run, registry: registry.name, err: error },
        'an answer of a registry could not be passed on',
      );
      if (res.headersSent) return void res.destroy();
      refuse(req, res, { status: 502, reason: `Registry ${registry.name}: its answer cannot be read.` });
    });
  };

  async function find(
    run: string,
    req: IncomingMessage,
  ): Promise<{ registry: Registry; url: URL } | { elsewhere: string } | Refusal> {
    const path = registryPath(req.url ?? '');
    const registry = registries.list.find((one) => one.name === path?.name);
    const repository = registry && (await desk.repository(run));
    // A registry that is not for this repository is not there at all.
    if (!path || !registry || repository === undefined || !serves(registry, repository))
      return { status: 404, reason: 'There is no such registry for this repository.' };
    const elsewhere = publicAddress(registry, path.rest);
    if (elsewhere !== undefined) return { elsewhere };
    if (req.method !== 'GET' && req.method !== 'HEAD')
      return { status: 405, reason: 'Registries can be read only: GET and HEAD.' };
    const url = addressBelow(registry.url, path.rest);
    return url
      ? { registry, url }
      : { status: 400, reason: `This path could lead out of registry ${registry.name}.` };
  }
}

/** Nothing of what comes with the request is read. */
function leadOn(res: ServerResponse, location: string): void {
  res.writeHead(307, { location, 'content-length': 0, connection: 'close' }).end();
}

async function send(
  registry: Registry,
  { response, url }: Extract<RegistryAnswer, { kind: 'answer' }>,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  const contentType = response.headers['content-type'] ?? '';
  const status = response.statusCode ?? 502;
  const headers = Object.fromEntries(
    told.flatMap((name) => (response.headers[name] === undefined ? [] : [[name, response.headers[name]]])),
  );
  if (req.method === 'HEAD' || status !== 200 || !isPage(registry, contentType)) {
    res.writeHead(status, headers);
    return pipeline(response, res);
  }
  const text = await readPage(response);
  const socket = `http://${socketAddress(req)}`;
  const page = Buffer.from(rewritePage({ registry, url, contentType, socket }, text));
  // Addresses in it hold for this run only, so no cache may keep it for another.
  for (const name of ['etag', 'last-modified', 'content-encoding', 'cache-control']) delete headers[name];
  res.writeHead(200, { ...headers, 'content-length': page.length, 'cache-control': 'no-store' });
  res.end(page);
}

/** The loopback address that the client came by; what it says is only ever said back to itself. */
function socketAddress(req: IncomingMessage): string {
  const { host = '' } = req.headers;
  return /^[A-Za-z0-9.-]{1,253}(?::[0-9]{1,5})?$|^\[[0-9a-f:]+\](?::[0-9]{1,5})?$/i.test(host)
    ? host
    : '127.0.0.1';
}

async function readPage(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > largestPage) throw new Error(`a page of more than ${largestPage / MiB} MiB`);
    chunks.push(chunk);
  }
  const body = Buffer.concat(chunks);
  const coding = response.headers['content-encoding'] ?? 'identity';
  if (coding === 'identity') return body.toString('utf8');
  if (coding !== 'gzip') throw new Error(`a page in ${coding}, which was not asked for`);
  return (await promisify(gunzip)(body, { maxOutputLength: largestPage })).toString('utf8');
}
