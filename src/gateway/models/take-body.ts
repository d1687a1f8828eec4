/** Takes the body of a call off a run's connection, with an end to what all of them hold in memory together. */
import type { IncomingMessage } from 'node:http';
import { readBody } from '../bounded-body.ts';
import { type CallBody, readCallBody } from './call-body.ts';
import type { CallEndpoint } from './endpoints.ts';
import type { CallRefusal } from './refusal.ts';

export type Said = Extract<CallBody, { kind: 'body' }>;
export type Taken = Said | { kind: 'gone' } | ({ kind: 'refused' } & CallRefusal);

export interface BodyLimits {
  /** One request. */
  bodyBytes: number;
  /** Requests of all runs that are in memory at a time. */
  heldBytes: number;
  bodyMs: number;
}

export interface Bodies {
  /** Never rejects. `release`, any number of times, when the body was sent or is not wanted. */
  take(
    req: IncomingMessage,
    endpoint: CallEndpoint,
    allow: readonly string[],
  ): Promise<{ taken: Taken; release: () => void }>;
}

export function createBodies(limits: BodyLimits): Bodies {
  let held = 0;
  return {
    take: async (req, endpoint, allow) => {
      const size = sizeOf(req, limits.bodyBytes);
      if (held + size > limits.heldBytes) return { taken: full, release: () => {} };
      held += size;
      let holds = true;
      const release = (): void => {
        if (holds) held -= size;
        holds = false;
      };
      return { taken: await read(req, endpoint, allow, limits), release };
    },
  };
}

async function read(
  req: IncomingMessage,
  endpoint: CallEndpoint,
  allow: readonly string[],
  limits: BodyLimits,
): Promise<Taken> {
  const encoding = req.headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') return compressed;
  const sent = await readBody(req, { bytes: limits.bodyBytes, ms: limits.bodyMs });
  if (sent.kind === 'refused') return { ...sent, type: 'invalid_request_error' };
  return sent.kind === 'gone' ? sent : readCallBody(endpoint.form, sent.bytes, allow, endpoint.model);
}

/** What a request takes of the memory: as it announces, or as much as it may. */
function sizeOf(req: IncomingMessage, most: number): number {
  const announced = Number(req.headers['content-length'] ?? Number.NaN);
  return Number.isNaN(announced) ? most : Math.min(announced, most);
}

const full: Taken = {
  kind: 'refused',
  status: 429,
  type: 'rate_limit_error',
  reason: 'The service has no memory left for another request of this size now.',
  again: true,
};
const compressed: Taken = {
  kind: 'refused',
  status: 415,
  type: 'invalid_request_error',
  reason: 'prlt reads model calls that are not compressed.',
};
