/** A run's socket with models behind it: a provider that tests write themselves, and a desk that remembers. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pino from 'pino';
import { onTestFinished } from 'vitest';
import type { ModelProvider } from '#src/core/models.ts';
import type { AskedCall, ModelCall, ModelDesk } from '#src/gateway/desk.ts';
import { createModels, type ModelLimits } from '#src/gateway/models/models.ts';
import { type Answer, call, scratchGateway } from '../scratch.ts';

export class MemoryModelDesk implements ModelDesk {
  admitted: { run: string; call: AskedCall }[] = [];
  settled: (ModelCall & { run: string })[] = [];
  answer: Awaited<ReturnType<ModelDesk['admit']>> = { kind: 'go' };
  /** How long a count takes to be stored, milliseconds. */
  slow = 0;

  async admit(run: string, asked: AskedCall) {
    this.admitted.push({ run, call: asked });
    return this.answer;
  }

  async settle(run: string, done: ModelCall) {
    if (this.slow) await sleep(this.slow);
    this.settled.push({ run, ...done });
  }
}

/** What a provider was sent, body read. */
export interface Received {
  method: string;
  url: string;
  headers: IncomingMessage['headers'];
  body: string;
}

export interface Provider {
  url: string;
  received: Received[];
  /** Connections that were made to it. */
  connections: number;
}

/** A provider of the test's own on loopback. */
export async function aProvider(
  respond: (res: ServerResponse, received: Received, count: number) => unknown,
): Promise<Provider> {
  const provider: Provider = { url: '', received: [], connections: 0 };
  const server = createServer(async (req, res) => {
    res.on('error', () => {});
    const chunks: Buffer[] = [];
    for await (const chunk of req) chunks.push(chunk as Buffer);
    const { method = '', url = '', headers } = req;
    const received = { method, url, headers, body: Buffer.concat(chunks).toString() };
    provider.received.push(received);
    await respond(res, received, provider.received.length);
  });
  server.on('connection', () => {
    provider.connections += 1;
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  provider.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return provider;
}

export interface ScratchModels {
  desk: MemoryModelDesk;
  /** Directory of the run's socket. */
  dir: string;
  open(run: string): Promise<string>;
  logged: string[];
  /** `POST /models/<path>` with a JSON body. */
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Answer>;
  /** When the count of a call is in; the answer may be complete a moment earlier. */
  settled(count: number): Promise<MemoryModelDesk['settled']>;
}

export async function scratchModels(
  providers: Partial<ModelProvider>[],
  limits: Partial<ModelLimits> = {},
): Promise<ScratchModels> {
  const desk = new MemoryModelDesk();
  const logged: string[] = [];
  const models = createModels({
    providers: providers.map((one) => ({
      name: 'anthropic',
      api: 'anthropic',
      url: 'http://127.0.0.1:1',
      key: { from: 'value', value: 'sk-real' },
      allow: [],
      ...one,
    })),
    desk,
    log: pino({ level: 'debug' }, { write: (line: string) => logged.push(line) }),
    now: Date.now,
    env: process.env,
    proxies: {},
    limits,
  });
  const { gateway } = await scratchGateway({}, undefined, { models });
  const open = async (run: string) => (await gateway.open(run)).dir;
  const dir = await open('run');
  return {
    desk,
    dir,
    open,
    logged,
    post: (path, body, headers = {}) =>
      call(dir, 'POST', `/models/${path}`, JSON.stringify(body), {
        'content-type': 'application/json',
        ...headers,
      }),
    settled: async (count) => {
      for (let waited = 0; desk.settled.length < count && waited < 5_000; waited += 10) await sleep(10);
      return desk.settled;
    },
  };
}

/** Bytes with the time at which they came, as they come. */
export function streamed(
  dir: string,
  path: string,
  body: unknown,
): { chunks: { at: number; text: string }[]; end: Promise<'complete' | 'cut'>; abort(): void } {
  const chunks: { at: number; text: string }[] = [];
  const { promise, resolve } = Promise.withResolvers<'complete' | 'cut'>();
  const options = {
    socketPath: join(dir, 'host.sock'),
    method: 'POST',
    path: `/models/${path}`,
    agent: false,
  };
  const req = request(options, (res) => {
    res.on('data', (chunk: Buffer) => chunks.push({ at: performance.now(), text: chunk.toString() }));
    res.on('error', () => {});
    res.on('close', () => resolve(res.complete ? 'complete' : 'cut'));
  });
  req.on('error', () => resolve('cut'));
  req.end(JSON.stringify(body));
  return { chunks, end: promise, abort: () => req.destroy() };
}

export const aMessage = {
  model: 'claude-sonnet-5',
  max_tokens: 1000,
  messages: [{ role: 'user', content: 'Hi' }],
};
