/** The probe's end of a socket: hears one nonce and remembers whether it was the right one. */
import { chmod } from 'node:fs/promises';
import { createServer } from 'node:http';

export interface ProbeSocket {
  /** `other`: the container read a nonce, but not the one of this probe. */
  heard(): 'nothing' | 'nonce' | 'other';
  close(): Promise<void>;
}

export async function openProbeSocket(path: string, nonce: string): Promise<ProbeSocket> {
  let heard: 'nothing' | 'nonce' | 'other' = 'nothing';
  const server = createServer((req, res) => {
    let text = '';
    req.setEncoding('utf8').on('data', (chunk: string) => {
      text = (text + chunk).slice(0, 100);
    });
    req.on('end', () => {
      heard = text === nonce ? 'nonce' : 'other';
      res.writeHead(204).end();
    });
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(path, resolve));
  await chmod(path, 0o666);
  return {
    heard: () => heard,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
