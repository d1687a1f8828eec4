/** The door to the outside, over a real socket into a real inbox: what is let in, what is not, and that it stays open. */
import { createHmac, randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { pino } from 'pino';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { type HttpServer, startServer } from '#src/http/server.ts';
import { decompress } from '#src/store/compression.ts';
import { pendingDeliveries } from '#src/store/deliveries.ts';
import type { Store } from '#src/store/open.ts';
import { scratchStore } from '../store/scratch.ts';

const secret = 'a long secret';
const largest = 25 * 2 ** 20;
let store: Store;
let server: HttpServer;
let missing: string[];
let arrivals: number;

beforeEach(async () => {
  store = await scratchStore();
  missing = [];
  arrivals = 0;
  const parts = {
    host: '127.0.0.1',
    port: 0,
    secret,
    inbox: store.inbox,
    log: pino({ level: 'silent' }),
    now: () => 123,
  };
  server = await startServer({ ...parts, arrived: () => (arrivals += 1), missing: async () => missing });
  onTestFinished(() => server.close());
});

const sign = (body: string | Buffer, algorithm = 'sha256') =>
  `${algorithm}=${createHmac(algorithm, secret).update(body).digest('hex')}`;

function headersFor(
  body: string | Buffer,
  over: Record<string, string | undefined> = {},
): Record<string, string> {
  const all = {
    'content-type': 'application/json',
    'x-github-event': 'issues',
    'x-github-delivery': randomUUID(),
    'x-hub-signature-256': sign(body),
    ...over,
  };
  return Object.fromEntries(
    Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

const hooks = () => `${server.url}/api/github/webhooks`;

async function deliver(body: string, over: Record<string, string | undefined> = {}): Promise<Response> {
  return fetch(hooks(), { method: 'POST', body, headers: headersFor(body, over) });
}

/** Sends in pieces without a length; tells the status, also when the server answers before everything is sent. */
async function stream(headers: Record<string, string>, pieces: Iterable<Buffer>): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const sent = request(hooks(), { method: 'POST', headers }, (answer) => {
    answer.resume();
    resolve(answer.statusCode ?? 0);
  });
  sent.on('error', (error: NodeJS.ErrnoException) =>
    error.code === 'EPIPE' || error.code === 'ECONNRESET' ? undefined : reject(error),
  );
  for (const piece of pieces) {
    if (!sent.write(piece))
      await Promise.race([new Promise((drained) => sent.once('drain', drained)), promise]);
  }
  sent.end();
  const status = await promise;
  sent.destroy();
  return status;
}

async function stored(): Promise<{ guid: string; event: string; body: string }[]> {
  const rows = await pendingDeliveries(store.db, 'github', Date.now(), 1_000);
  return rows.map((row) => ({ guid: row.guid, event: row.event, body: decompress(row).toString() }));
}

describe('let in', () => {
  test('a signed delivery is on disk, byte by byte, when it is answered', async () => {
    const body = '{ "action":"labeled",\n "title":"für \\u0000 🚀" }';
    const answer = await deliver(body, { 'x-github-delivery': 'guid-1' });
    expect(answer.status).toBe(202);
    expect(await answer.json()).toEqual({ delivery: 'guid-1', result: 'stored' });
    expect(await stored()).toEqual([{ guid: 'guid-1', event: 'issues', body }]);
    expect(arrivals).toBe(1);
  });

  test('the same GUID again is known, and wakes nobody', async () => {
    await deliver('{}', { 'x-github-delivery': 'guid-1' });
    const again = await deliver('{}', { 'x-github-delivery': 'guid-1' });
    expect([again.status, await again.json()]).toEqual([202, { delivery: 'guid-1', result: 'known' }]);
    expect(await stored()).toHaveLength(1);
    expect(arrivals).toBe(1);
  });

  test.each(['a_brand_new_event', 'ping', 'merge_group'])('events nobody handles yet: %s', async (event) => {
    expect((await deliver('{}', { 'x-github-event': event })).status).toBe(202);
    expect((await stored())[0]?.event).toBe(event);
  });

  test.each(['application/json', 'application/json; charset=utf-8', 'Application/JSON'])(
    'content type %s',
    async (type) => {
      expect((await deliver('{}', { 'content-type': type })).status).toBe(202);
    },
  );

  test('a body in chunks without a length', async () => {
    const body = JSON.stringify({ long: 'x'.repeat(200_000) });
    const bytes = Buffer.from(body);
    const pieces = Array.from({ length: 21 }, (_, n) => bytes.subarray(n * 10_000, (n + 1) * 10_000));
    expect(await stream(headersFor(body), pieces)).toBe(202);
    expect((await stored())[0]?.body).toBe(body);
  });

  test('a body of exactly the largest size', async () => {
    const body = `{"x":"${'y'.repeat(largest - 8)}"}`;
    expect(Buffer.byteLength(body)).toBe(largest);
    expect((await deliver(body)).status).toBe(202);
  });

  test('fifty at once', async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, (_, n) => deliver(`{"n":${n}}`)));
    expect(answers.every((answer) => answer.status === 202)).toBe(true);
    expect(await stored()).toHaveLength(50);
  });
});

describe('kept out, and nothing is stored', () => {
  const refused: [string, number, string, Record<string, string | undefined>][] = [
    ['no signature', 401, '{}', { 'x-hub-signature-256': undefined }],
    ['the signature of another body', 401, '{ }', { 'x-hub-signature-256': sign('{}') }],
    [
      'a signature in SHA-1 only',
      401,
      '{}',
      { 'x-hub-signature-256': undefined, 'x-hub-signature': sign('{}', 'sha1') },
    ],
    ['a signature that is too short', 401, '{}', { 'x-hub-signature-256': sign('{}').slice(0, -2) }],
    ['a signature with something behind it', 401, '{}', { 'x-hub-signature-256': `${sign('{}')}zz` }],
    ['no GUID', 400, '{}', { 'x-github-delivery': undefined }],
    ['a GUID that is a path', 400, '{}', { 'x-github-delivery': '../../etc' }],
    ['a GUID without end', 400, '{}', { 'x-github-delivery': 'a'.repeat(101) }],
    ['no event', 400, '{}', { 'x-github-event': undefined }],
    ['an event that is none', 400, '{}', { 'x-github-event': 'issues; drop' }],
    ['a form', 415, 'payload=%7B%7D', { 'content-type': 'application/x-www-form-urlencoded' }],
    ['plain text', 415, '{}', { 'content-type': 'text/plain' }],
    ['no JSON', 400, '{"a":', {}],
    ['a list', 400, '[{}]', {}],
    ['null', 400, 'null', {}],
    ['a number', 400, '7', {}],
    ['nothing', 400, '', {}],
  ];
  test.each(refused)('%s: %i', async (_, status, body, over) => {
    const answer = await deliver(body, over);
    expect(answer.status).toBe(status);
    expect(await answer.json()).toEqual({ error: expect.stringMatching(/\w/) });
    expect(await stored()).toEqual([]);
    expect(arrivals).toBe(0);
  });

  test('a body that is unsigned and no JSON is told about the signature only', async () => {
    expect((await deliver('not json', { 'x-hub-signature-256': 'sha256=00' })).status).toBe(401);
  });

  test('a length beyond 25 MB is refused by its word', async () => {
    expect(
      await stream({ ...headersFor('{}'), 'content-length': String(largest + 1) }, [Buffer.from('{')]),
    ).toBe(413);
  });

  test('a stream beyond 25 MB is cut, the process lives on, and memory stays bounded', async () => {
    const piece = Buffer.alloc(2 ** 20, 'x');
    function* endless() {
      for (let n = 0; n < 60; n += 1) yield piece;
    }
    expect(await stream(headersFor('{}'), endless())).toBe(413);
    expect(await stored()).toEqual([]);
    expect((await deliver('{}')).status).toBe(202);
  });

  test('a sender that goes away in the middle leaves nothing and breaks nothing', async () => {
    const sent = request(hooks(), {
      method: 'POST',
      headers: { ...headersFor('{}'), 'content-length': '1000' },
    });
    sent.on('error', () => undefined);
    sent.write('{');
    await new Promise((resolve) => setTimeout(resolve, 50));
    sent.destroy();
    expect((await deliver('{}')).status).toBe(202);
    expect(await stored()).toHaveLength(1);
  });

  test('GET and other methods find nothing', async () => {
    for (const method of ['GET', 'PUT', 'DELETE'])
      expect((await fetch(hooks(), { method })).status).toBe(404);
  });
});

test('a delivery that cannot be stored is not acknowledged', async () => {
  await store.close();
  const answer = await deliver('{}');
  expect(answer.status).toBe(503);
  expect(arrivals).toBe(0);
});
