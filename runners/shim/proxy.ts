/** A loopback port that is a plain byte pipe to the run's socket, for agents that only know TCP. */
import { type AddressInfo, connect, createServer } from 'node:net';

export interface LoopbackPipe {
  /** `http://127.0.0.1:<port>`; CONNECT, event streams and WebSocket pass, since nothing is parsed. */
  url: string;
  close(): void;
}

export async function openLoopbackPipe(socketPath: string): Promise<LoopbackPipe> {
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const upstream = connect({ path: socketPath, allowHalfOpen: true });
    client.on('error', () => upstream.destroy());
    upstream.on('error', () => client.destroy());
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
    client.pipe(upstream);
    upstream.pipe(client);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  server.unref();
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, close: () => server.close() };
}
