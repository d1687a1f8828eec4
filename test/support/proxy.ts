/** A company's way out, in small: a forward proxy that counts, and a name behind it with a certificate of a private CA. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, request, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';

export interface ForwardProxy {
  readonly url: string;
  /** `GET http://…` and `CONNECT host:port`, as they were asked for. */
  readonly asked: string[];
  close(): Promise<void>;
}

/** @param names ports on this machine by name; everything else is refused, as no other name exists here */
export async function startForwardProxy(names: Readonly<Record<string, number>>): Promise<ForwardProxy> {
  const asked: string[] = [];
  const tunnels = new Set<Duplex>();
  const server = createServer((incoming, outgoing) => {
    asked.push(`${incoming.method} ${incoming.url}`);
    const url = new URL(incoming.url ?? '');
    const port = names[url.hostname];
    if (port === undefined) return void outgoing.writeHead(502).end();
    pass(incoming, port, url.pathname + url.search, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
  });
  server.on('connect', (incoming: IncomingMessage, socket, head) => {
    asked.push(`CONNECT ${incoming.url}`);
    const port = names[(incoming.url ?? '').split(':')[0] ?? ''];
    if (port === undefined) return void socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
    const onward = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      onward.write(head);
      socket.pipe(onward).pipe(socket);
    });
    onward.on('error', () => socket.destroy());
    socket.on('error', () => onward.destroy());
    tunnels.add(socket);
    socket.once('close', () => tunnels.delete(socket));
  });
  return { url: `http://127.0.0.1:${await listening(server)}`, asked, close };

  function close(): Promise<void> {
    for (const tunnel of tunnels) tunnel.destroy();
    return closed(server);
  }
}

/** Terminates TLS for `name` and passes on to a port of this machine. */
export async function startTlsFront(
  dir: string,
  name: string,
  port: number,
): Promise<{ port: number; ca: string; close(): Promise<void> }> {
  const { ca, key, cert } = makeAuthority(dir, name);
  const server = createTlsServer({ key, cert }, (incoming, outgoing) => {
    pass(incoming, port, incoming.url ?? '/', (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
  });
  return { port: await listening(server), ca, close: () => closed(server) };
}

function pass(
  incoming: IncomingMessage,
  port: number,
  path: string,
  done: (answer: IncomingMessage) => void,
): void {
  const { method, headers } = incoming;
  incoming.pipe(request({ host: '127.0.0.1', port, path, method, headers, agent: false }, done));
}

function makeAuthority(dir: string, name: string): { ca: string; key: string; cert: string } {
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: dir, stdio: 'ignore' });
  const subject = (common: string) => ['-subj', `/CN=${common}`];
  const fresh = ['req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  openssl(
    ...fresh,
    '-x509',
    '-days',
    '2',
    '-keyout',
    'ca.key',
    '-out',
    'ca.pem',
    ...subject('A private authority'),
  );
  openssl(...fresh, '-keyout', 'name.key', '-out', 'name.csr', ...subject(name));
  writeFileSync(join(dir, 'name.ext'), `subjectAltName=DNS:${name}\n`);
  const signed = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-extfile', 'name.ext'];
  openssl('x509', '-req', '-in', 'name.csr', '-days', '2', '-out', 'name.pem', ...signed);
  const read = (file: string) => readFileSync(join(dir, file), 'utf8');
  return { ca: join(dir, 'ca.pem'), key: read('name.key'), cert: read('name.pem') };
}

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
