/** An HTTP answer written straight to a connection, for requests that Node hands over without a response object. */
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';

const lingerMs = 1000;

/** Answers and closes. What the other side still sends is thrown away, and it cannot hold the connection by not reading. */
export function answerText(socket: Duplex, status: number, text: string): void {
  socket.on('error', () => {});
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    'Content-Type: text/plain; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(text)}`,
    'Connection: close',
  ];
  const timer = setTimeout(() => socket.destroy(), lingerMs);
  socket.once('close', () => clearTimeout(timer));
  socket.resume();
  socket.end(`${head.join('\r\n')}\r\n\r\n${text}`);
}
