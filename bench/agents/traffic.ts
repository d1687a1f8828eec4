/** Bytes that the HTTP servers of this process send. It plays GitHub and the models, so that is all prlt can fetch of them. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

export interface Traffic {
  /** Headers and bodies of the answers of the server at `url` so far, for the paths that fit. */
  sentBy(url: string, fits?: (path: string) => boolean): number;
  close(): void;
}

/** Node tells of every answer that is complete (docs: diagnostics_channel, `http.server.response.finish`). */
const channel = 'http.server.response.finish';

export function countTraffic(): Traffic {
  const answers: { port: number; path: string; bytes: number }[] = [];
  const before = new WeakMap<Socket, number>();
  const count = (message: unknown): void => {
    const { request, socket } = message as { request: IncomingMessage; socket: Socket };
    const port = socket.localPort ?? 0;
    answers.push({ port, path: request.url ?? '', bytes: socket.bytesWritten - (before.get(socket) ?? 0) });
    before.set(socket, socket.bytesWritten);
  };
  subscribe(channel, count);
  return {
    sentBy: (url, fits = () => true) =>
      answers
        .filter(({ port, path }) => port === Number(new URL(url).port) && fits(path))
        .reduce((sum, { bytes }) => sum + bytes, 0),
    close: () => void unsubscribe(channel, count),
  };
}
