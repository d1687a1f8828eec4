/** The host's side of a run's socket, kept in memory: what a shim says to it, and a way to go away and come back. */
import { mkdirSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type {
  Assignment,
  EventsAnswer,
  HostMessage,
  HostMessageBody,
  ShimEvent,
  Verdict,
} from '#runners/shim/protocol.ts';

type EventOf<T extends ShimEvent['type']> = Extract<ShimEvent, { type: T }>;

export interface FakeHost {
  socket: string;
  /** In the order stored, each sequence number once. */
  events: ShimEvent[];
  /** Events that came again although they were stored. */
  repeated: number;
  bundles: { head: string; bytes: Buffer }[];
  /** Answers for the next bundles, in order; afterwards they are stored. */
  refuse: { status: number; reason: string }[];
  /** A status other than 200 refuses the whole batch that the event came in. */
  refuseEvent: (event: ShimEvent) => number | undefined;
  /** Messages are sent to whoever listens and to those who dial later. */
  send(message: HostMessageBody): number;
  /** Keeps a message out of the stream until `release`, while `finished` is answered with `behind` for it. */
  hold(message: HostMessageBody): void;
  release(): void;
  /** Closes the socket and cuts every connection; the state stays. */
  leave(): Promise<void>;
  comeBack(): Promise<void>;
  /** Takes a request that is no part of the shim's own business; false leaves it to be answered with 404. */
  elsewhere: (request: IncomingMessage, response: ServerResponse) => boolean;
  /** Told of every CONNECT, which is refused. */
  onConnect: (target: string) => void;
  /** The run is over: everything is answered with 410. */
  over: boolean;
  of<T extends ShimEvent['type']>(type: T): EventOf<T>[];
  /** Everything the agent said on a stream, joined. */
  said(stream?: string): string;
  /** Resolves with the first matching event, past or coming. */
  until<T extends ShimEvent['type']>(
    type: T,
    matches?: (event: EventOf<T>) => boolean,
    within?: number,
  ): Promise<EventOf<T>>;
  verdict(within?: number): Promise<Verdict>;
  close(): Promise<void>;
}

export async function startFakeHost(socket: string, assignment: Assignment): Promise<FakeHost> {
  mkdirSync(dirname(socket), { recursive: true });
  const messages: HostMessage[] = [];
  const held: HostMessageBody[] = [];
  const listeners = new Set<{ after: number; response: ServerResponse }>();
  let server: Server | undefined;
  let lastId = 0;

  function publish(): void {
    for (const listener of listeners) {
      for (const message of messages) {
        if (message.id <= listener.after) continue;
        listener.response.write(`${JSON.stringify(message)}\n`);
        listener.after = message.id;
      }
    }
  }

  function store(events: ShimEvent[]): EventsAnswer {
    for (const event of events) {
      const last = host.events.at(-1)?.seq ?? 0;
      if (event.seq <= last) {
        host.repeated += 1;
        continue;
      }
      if (event.seq !== last + 1) break;
      if (event.type === 'finished' && event.lastMessage < lastId + held.length)
        return { ack: last, behind: true };
      host.events.push(event);
    }
    return { ack: host.events.at(-1)?.seq ?? 0 };
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://prlt');
    if (host.over) return void response.writeHead(410).end('the run is over');
    switch (`${request.method} ${url.pathname}`) {
      case 'GET /assignment':
        return void response.end(JSON.stringify(assignment));
      case 'POST /events': {
        const body = (await readBody(request)).toString('utf8');
        const events = body
          .split('\n')
          .filter(Boolean)
          .map((line) => JSON.parse(line) as ShimEvent);
        const refusal = events.map((event) => host.refuseEvent(event)).find((status) => status !== undefined);
        if (refusal) return void response.writeHead(refusal).end('this event is not taken');
        return void response.end(JSON.stringify(store(events)));
      }
      case 'GET /messages':
        response.writeHead(200).flushHeaders();
        {
          const listener = { after: Number(url.searchParams.get('after')), response };
          listeners.add(listener);
          response.on('close', () => listeners.delete(listener));
        }
        return publish();
      case 'PUT /bundle': {
        const bytes = await readBody(request);
        const refusal = host.refuse.shift();
        if (refusal) return void response.writeHead(refusal.status).end(refusal.reason);
        host.bundles.push({ head: url.searchParams.get('head') ?? '', bytes });
        return void response.end();
      }
      default:
        if (!host.elsewhere(request, response)) response.writeHead(404).end();
    }
  }

  const host: FakeHost = {
    socket,
    events: [],
    repeated: 0,
    bundles: [],
    refuse: [],
    refuseEvent: () => undefined,
    elsewhere: () => false,
    onConnect: () => {},
    over: false,
    send(message) {
      lastId += 1;
      messages.push({ id: lastId, ...message });
      publish();
      return lastId;
    },
    hold: (message) => void held.push(message),
    release() {
      for (const message of held.splice(0)) host.send(message);
    },
    async leave() {
      server?.closeAllConnections();
      await new Promise<void>((resolve) => (server ? server.close(() => resolve()) : resolve()));
      rmSync(socket, { force: true });
      server = undefined;
    },
    async comeBack() {
      server = createServer((request, response) => {
        answer(request, response).catch(() => response.destroy());
      });
      server.on('connect', (request, socket) => {
        host.onConnect(request.url ?? '');
        socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
      });
      await new Promise<void>((resolve) =>
        server?.listen({ path: socket, readableAll: true, writableAll: true }, resolve),
      );
    },
    of: <T extends ShimEvent['type']>(type: T) =>
      host.events.filter((event) => event.type === type) as EventOf<T>[],
    said: (stream) =>
      host
        .of('message')
        .filter((event) => stream === undefined || event.stream === stream)
        .map((event) => event.text)
        .join(''),
    async until(type, matches = () => true, within = 15_000) {
      for (const end = Date.now() + within; Date.now() < end; await sleep(10)) {
        const found = host.of(type).find(matches);
        if (found) return found;
      }
      throw new Error(`no ${type} within ${within} ms; seen: ${JSON.stringify(host.events).slice(-2000)}`);
    },
    verdict: async (within) => (await host.until('finished', () => true, within)).verdict,
    close: () => host.leave(),
  };
  await host.comeBack();
  return host;
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request as AsyncIterable<Buffer>) parts.push(part);
  return Buffer.concat(parts);
}
