/** HTTP to the host over the run's socket. */
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createBackoff } from './backoff.ts';
import { type Assignment, protocolVersion } from './protocol.ts';

/** The host answered 410: the run is over, whatever the shim still holds. */
export class RunOver extends Error {
  override name = 'RunOver';
}

export interface HostAnswer {
  status: number;
  body: string;
}

export interface HostConnection {
  /** One request with its whole answer. Rejects when the host is away or silent for `timeout` ms; `RunOver` on 410. */
  send(method: string, path: string, body?: string | Readable, timeout?: number): Promise<HostAnswer>;
  /** Opens a stream of lines; rejects as `send` does, or when the answer is not 200. */
  open(path: string, signal: AbortSignal): Promise<IncomingMessage>;
}

const answerLimit = 16 * 1024 * 1024;

export function connectHost(socketPath: string): HostConnection {
  function start(method: string, path: string, headers: Record<string, string>) {
    const call = request({ socketPath, method, path, headers: { host: 'prlt', ...headers }, agent: false });
    const answered = new Promise<IncomingMessage>((resolve, reject) => {
      call.once('response', resolve);
      call.once('error', reject);
    });
    answered.catch(() => {});
    return { call, answered };
  }
  return {
    async send(method, path, body, timeout = 30_000) {
      const { call, answered } = start(method, path, { 'content-type': contentType(body) });
      call.setTimeout(timeout, () => call.destroy(new Error(`the host said nothing for ${timeout} ms`)));
      const answer = await withBody(call, answered, body);
      const text = await readAll(answer);
      if (answer.statusCode === 410) throw new RunOver(text || 'the run is over');
      return { status: answer.statusCode ?? 0, body: text };
    },
    async open(path, signal) {
      const { call, answered } = start('GET', path, {});
      signal.addEventListener('abort', () => call.destroy(), { once: true });
      call.end();
      const answer = await answered;
      if (answer.statusCode === 200) return answer;
      const text = await readAll(answer);
      if (answer.statusCode === 410) throw new RunOver(text || 'the run is over');
      throw new Error(`GET ${path} answered ${answer.statusCode}: ${text.slice(0, 200)}`);
    },
  };
}

/** A host that has nothing to do for the run yet answers later than this (ms), if only that it has not. */
const assignmentWait = 30_000;

/**
 * Asks until the host has an assignment, for as long as that takes or it is away; undefined when the run is over. Rejects on
 * another protocol.
 */
export async function fetchAssignment(
  host: HostConnection,
  signal: AbortSignal,
): Promise<Assignment | undefined> {
  const backoff = createBackoff();
  while (!signal.aborted) {
    try {
      const patience = AbortSignal.any([signal, AbortSignal.timeout(assignmentWait)]);
      const answer = await readAll(await host.open('/assignment', patience));
      return checkProtocol(JSON.parse(answer) as Assignment);
    } catch (error) {
      if (error instanceof RunOver) return undefined;
      if (error instanceof ProtocolMismatch) throw error;
    }
    await backoff.wait(signal);
  }
  return undefined;
}

/** The host speaks another version of the protocol than this image. */
export class ProtocolMismatch extends Error {
  override name = 'ProtocolMismatch';
}

function checkProtocol(assignment: Assignment): Assignment {
  if (assignment.protocol === protocolVersion) return assignment;
  throw new ProtocolMismatch(
    `the host speaks protocol ${assignment.protocol}, this image ${protocolVersion}: run \`npm run runners:build\``,
  );
}

function contentType(body: string | Readable | undefined): string {
  return typeof body === 'string' ? 'application/x-ndjson' : 'application/octet-stream';
}

/** A host may refuse a body before it has read it all, so the answer wins over a broken upload. */
async function withBody(
  call: ClientRequest,
  answered: Promise<IncomingMessage>,
  body: string | Readable | undefined,
): Promise<IncomingMessage> {
  if (body === undefined || typeof body === 'string') {
    call.end(body);
    return answered;
  }
  const uploaded = pipeline(body, call);
  uploaded.catch(() => {});
  return Promise.race([answered, uploaded.then(() => answered)]).catch(async (error: unknown) => {
    body.destroy();
    throw error;
  });
}

async function readAll(answer: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of answer as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > answerLimit) throw new Error('the answer of the host is too long');
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}
