/** Places outside to reach in tests, and a client that goes there through a run's socket. */
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type RequestListener, request } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { onTestFinished } from 'vitest';
import type { Lookup } from '#src/gateway/egress/resolve.ts';
import { startTlsFront } from '#test/support/proxy.ts';

/** Every name is this machine. */
export const home: Lookup = async () => [{ address: '127.0.0.1', family: 4 }];

export async function httpServer(answer: RequestListener): Promise<number> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return (server.address() as AddressInfo).port;
}

/** An https server of `name` with a certificate of a private authority, whose file is `ca`. */
export async function httpsServer(
  name: string,
  answer: RequestListener,
): Promise<{ port: number; ca: string }> {
  const dir = await mkdtemp(join(tmpdir(), 'tls-'));
  const front = await startTlsFront(dir, name, await httpServer(answer));
  onTestFinished(async () => {
    await front.close();
    await rm(dir, { recursive: true, force: true });
  });
  return front;
}

export interface TcpServer {
  port: number;
  /** Everything that came. */
  heard(): string;
  sockets: Socket[];
}

export async function tcpServer(greet = ''): Promise<TcpServer> {
  const chunks: Buffer[] = [];
  const sockets: Socket[] = [];
  const server = createTcpServer({ allowHalfOpen: true }, (socket) => {
    sockets.push(socket);
    socket.on('error', () => {});
    socket.on('data', (chunk) => chunks.push(chunk));
    if (greet) socket.write(greet);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  const { port } = server.address() as AddressInfo;
  return { port, heard: () => Buffer.concat(chunks).toString(), sockets };
}

export interface Tunnel {
  status: number;
  socket: Duplex;
  /** Body of a refusal; waits for its end. */
  text(): Promise<string>;
}

/** @param dir of the run's socket */
export async function tunnel(dir: string, target: string): Promise<Tunnel> {
  const asking = request({ socketPath: join(dir, 'host.sock'), method: 'CONNECT', path: target });
  asking.end();
  const [response, socket, head] = (await once(asking, 'connect')) as [IncomingMessage, Duplex, Buffer];
  if (head.length > 0) socket.unshift(head);
  socket.on('error', () => {});
  onTestFinished(() => void socket.destroy());
  return {
    status: response.statusCode ?? 0,
    socket,
    text: async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of socket) chunks.push(chunk as Buffer);
      return Buffer.concat(chunks).toString();
    },
  };
}
