/** The host's name in the first bytes of TLS, from hellos of a real client and from bent ones. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { type ConnectionOptions, connect } from 'node:tls';
import { expect, test } from 'vitest';
import { readHello } from '#src/gateway/egress/client-hello.ts';
import { judgeFirstBytes } from '#src/gateway/egress/first-bytes.ts';

/** What Node's TLS sends first. */
async function hello(options: ConnectionOptions): Promise<Buffer> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const client = connect({ port, host: '127.0.0.1', ...options });
  client.on('error', () => {});
  const [socket] = (await once(server, 'connection')) as [Socket];
  const [bytes] = (await once(socket, 'data')) as [Buffer];
  client.destroy();
  socket.destroy();
  server.close();
  return bytes;
}

test('the name, with TLS 1.2 and 1.3', async () => {
  for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
    const bytes = await hello({ servername: 'Good.example', maxVersion });
    expect(readHello(bytes)).toEqual({ kind: 'hello', name: 'Good.example', hidden: false });
  }
});

test('no name', async () => {
  expect(readHello(await hello({}))).toEqual({ kind: 'hello', name: undefined, hidden: false });
});

test('each beginning of it is too short to say, and no more', async () => {
  const bytes = await hello({ servername: 'good.example' });
  for (let length = 0; length < bytes.length; length += 1) {
    expect(readHello(bytes.subarray(0, length)).kind).toBe('partial');
  }
  expect(readHello(Buffer.concat([bytes, Buffer.from('more')])).kind).toBe('hello');
});

test('spread over many records', async () => {
  const bytes = await hello({ servername: 'good.example' });
  const records = [];
  for (let at = 5; at < bytes.length; at += 7) {
    const part = bytes.subarray(at, at + 7);
    records.push(Buffer.from([22, 3, 1, 0, part.length]), part);
  }
  expect(readHello(Buffer.concat(records))).toMatchObject({ kind: 'hello', name: 'good.example' });
});

test('one without end is not waited for, and costs no more than its length', () => {
  expect(readHello(Buffer.from([22, 3, 1, 0, 4, 1, 255, 255, 255])).kind).toBe('other');
  const drops = Buffer.alloc(6 * 12_000, Buffer.from([22, 3, 1, 0, 1, 1]));
  // 60,000 bytes are announced, and come one by one.
  [1, 0, 0xea, 0x60].forEach((byte, index) => {
    drops[6 * index + 5] = byte;
  });
  const began = performance.now();
  expect(readHello(drops.subarray(0, 60_000)).kind).toBe('partial');
  expect(readHello(drops).kind).toBe('other');
  expect(performance.now() - began).toBeLessThan(1_000);
});

/** A hello with these extensions and nothing else. */
function made(...extensions: [number, Buffer][]): Buffer {
  const each = extensions.map(([type, body]) => {
    const head = Buffer.alloc(4);
    head.writeUInt16BE(type, 0);
    head.writeUInt16BE(body.length, 2);
    return Buffer.concat([head, body]);
  });
  const all = Buffer.concat(each);
  const size = Buffer.alloc(2);
  size.writeUInt16BE(all.length);
  const body = Buffer.concat([Buffer.alloc(34), Buffer.from([0, 0, 2, 0x13, 1, 1, 0]), size, all]);
  const message = Buffer.concat([Buffer.from([1, 0, body.length >> 8, body.length & 255]), body]);
  return Buffer.concat([Buffer.from([22, 3, 1, message.length >> 8, message.length & 255]), message]);
}

function serverName(name: string, over = 0): Buffer {
  const text = Buffer.from(name);
  const body = Buffer.alloc(5 + text.length);
  body.writeUInt16BE(text.length + 3 + over, 0);
  body.writeUInt16BE(text.length, 3);
  text.copy(body, 5);
  return body;
}

const judged = (target: string, bytes: Buffer) => {
  const verdict = judgeFirstBytes(target, bytes);
  return verdict.kind === 'refused' ? verdict.reason : verdict.kind;
};

test('the name has to be the one of the tunnel', () => {
  const named = (name: string) => made([0, serverName(name)]);
  expect(judged('good.example:443', named('good.example'))).toBe('fine');
  expect(judged('good.example:443', named('GOOD.example'))).toBe('fine');
  expect(judged('good.example:443', named('evil.example'))).toBe('other_name');
  expect(judged('good.example:8443', named('evil.example'))).toBe('other_name');
  expect(judged('good.example:443', named('good.example\0.evil.example'))).toBe('other_name');
  expect(judged('good.example:443', made())).toBe('other_name');
  expect(judged('8.8.8.8:443', made())).toBe('fine');
  expect(judged('8.8.8.8:443', named('evil.example'))).toBe('other_name');
});

test('two names, a name with a length of its own, and a hidden one are refused', () => {
  const good = serverName('good.example');
  expect(judged('good.example:443', made([0, good], [0, serverName('evil.example')]))).toBe('not_tls');
  expect(judged('good.example:443', made([0, serverName('good.example', 1)]))).toBe('not_tls');
  expect(judged('good.example:443', made([0, Buffer.alloc(0)]))).toBe('not_tls');
  expect(judged('good.example:443', made([0, good], [0xfe0d, Buffer.alloc(20)]))).toBe('hidden_name');
});

test('what is no TLS goes anywhere but to port 443', () => {
  for (const text of [
    'GET / HTTP/1.1\r\n\r\n',
    'SSH-2.0-x\r\n',
    '\x16\x02\x00\x00\x05hello',
    '\x80\x2e\x01\x00\x02',
  ]) {
    expect(judged('good.example:443', Buffer.from(text, 'latin1'))).toBe('not_tls');
    expect(judged('good.example:22', Buffer.from(text, 'latin1'))).toBe('fine');
  }
});
