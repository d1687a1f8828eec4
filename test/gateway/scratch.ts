/** A gateway in a directory of its own with a desk that remembers, and clients for its sockets. */
import { mkdtemp, rm } from 'node:fs/promises';
import { type IncomingHttpHeaders, request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import pino from 'pino';
import { onTestFinished } from 'vitest';
import type { Assignment, EventsAnswer, HostMessage, ShimEvent } from '#runners/shim/protocol.ts';
import type { EgressRefusal } from '#src/core/network/refusal.ts';
import type { BundleAnswer, RunDesk, ToolAnswer, ToolCall, ToolDesk } from '#src/gateway/desk.ts';
import { createWayOut, type WayOutOptions } from '#src/gateway/egress/way-out.ts';
import { createGateway, type Gateway, type GatewayOptions } from '#src/gateway/gateway.ts';
import type { Models } from '#src/gateway/models/models.ts';
import type { RegistryAccess } from '#src/gateway/registries/access.ts';

export class MemoryDesk implements RunDesk, ToolDesk {
  assigned = new Map<string, Assignment | 'not_yet'>();
  stored: { run: string; event: ShimEvent }[] = [];
  bundles: { run: string; head: string; bytes: number }[] = [];
  bundleAnswer: BundleAnswer | undefined;
  streams = 0;
  calls: { run: string; call: ToolCall }[] = [];
  private waiting: HostMessage[] = [];
  private wake: () => void = () => {};

  async assignment(run: string): Promise<Assignment | 'over' | 'not_yet'> {
    return this.assigned.get(run) ?? 'over';
  }

  async events(run: string, events: ShimEvent[]): Promise<EventsAnswer> {
    for (const event of events) {
      if (event.type === 'note' && event.text === 'fail') throw new Error('the disk is full of secrets');
      if (event.seq > this.ack(run)) this.stored.push({ run, event });
    }
    return { ack: this.ack(run) };
  }

  async *messages(_run: string, after: number, signal: AbortSignal): AsyncIterable<HostMessage> {
    this.streams += 1;
    signal.addEventListener('abort', () => this.wake(), { once: true });
    try {
      for (let last = after; !signal.aborted; ) {
        const next = this.waiting.find((message) => message.id > last);
        if (next === undefined) await new Promise<void>((resolve) => (this.wake = resolve));
        else {
          last = next.id;
          yield next;
        }
      }
    } finally {
      this.streams -= 1;
    }
  }

  async bundle(run: string, head: string, body: Readable): Promise<BundleAnswer> {
    if (this.bundleAnswer !== undefined) return this.bundleAnswer;
    let bytes = 0;
    for await (const chunk of body) bytes += (chunk as Buffer).length;
    this.bundles.push({ run, head, bytes });
    return { kind: 'stored', bytes };
  }

  async call(run: string, call: ToolCall): Promise<ToolAnswer> {
    if (call.tool === 'read_item' && call.key === 'fail') throw new Error('the disk is full of secrets');
    this.calls.push({ run, call });
    if (call.tool === 'read_item') return { kind: 'refused', text: `nothing is known of ${call.key}` };
    return { kind: 'answer', text: 'recorded' };
  }

  say(message: HostMessage): void {
    this.waiting.push(message);
    this.wake();
  }

  private ack(run: string): number {
    return Math.max(0, ...this.stored.filter((row) => row.run === run).map((row) => row.event.seq));
  }
}

/** What runs of the gateway may reach; nothing unless told otherwise. */
export interface Outside extends Partial<WayOutOptions> {
  allow?: string[];
  registries?: RegistryAccess;
  repository?: string;
  models?: Models;
}

export interface Scratch {
  dir: string;
  desk: MemoryDesk;
  gateway: Gateway;
  refused: { run: string; host: string; reason: EgressRefusal }[];
  /** Log lines of the gateway. */
  logged: string[];
}

/** Stopped and removed when the test ends. `life` gives a second gateway over the same directory. */
export async function scratchGateway(
  limits: GatewayOptions['limits'] = {},
  dir?: string,
  outside: Outside = {},
): Promise<Scratch> {
  const root = dir ?? (await mkdtemp(join(tmpdir(), 'gw-')));
  const desk = new MemoryDesk();
  const refused: Scratch['refused'] = [];
  const logged: string[] = [];
  const log = pino({ level: 'debug' }, { write: (line: string) => logged.push(line) });
  const gateway = createGateway({
    dir: join(root, 's'),
    desk,
    tools: desk,
    ...(outside.models ? { models: outside.models } : {}),
    log,
    limits: { stopGraceMs: 200, ...limits },
    egress: {
      desk: {
        allowed: async () => outside.allow ?? [],
        refused: async (run, host, reason) => void refused.push({ run, host, reason }),
        repository: async () => outside.repository,
      },
      wayOut: createWayOut({ privateHosts: [], ...outside }),
      registries: outside.registries ?? { list: [], authorization: async () => undefined },
    },
  });
  onTestFinished(async () => {
    await gateway.stop();
    await rm(root, { recursive: true, force: true });
  });
  return { dir: join(root, 's'), desk, gateway, refused, logged };
}

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

export function call(
  dir: string,
  method: string,
  path: string,
  body: string | Buffer = '',
  headers: Record<string, string> = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const req = request(
      { socketPath: join(dir, 'host.sock'), method, path, headers, agent: false },
      (res) => {
        const chunks: Buffer[] = [];
        res.on('data', (chunk: Buffer) => chunks.push(chunk));
        res.on('error', reject);
        res.on('end', () =>
          resolve({
            status: res.statusCode ?? 0,
            headers: res.headers,
            text: Buffer.concat(chunks).toString(),
          }),
        );
      },
    );
    req.on('error', reject);
    req.end(body);
  });
}

/** Sends bytes as they are and collects what comes back until the other side closes. */
export function raw(dir: string, bytes: string | Buffer): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(join(dir, 'host.sock'));
    const chunks: Buffer[] = [];
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('error', () => {});
    socket.on('close', () => resolve(Buffer.concat(chunks).toString()));
    socket.write(bytes);
  });
}

export function event(seq: number, body: object = { type: 'note', text: 'hello' }): string {
  return `${JSON.stringify({ seq, at: '2026-11-21T12:00:00.000Z', ...body })}\n`;
}
