/** What a request wanted to reach that Node's parser gives up on at its first line, such as one with a null byte in it. */
import { isProxyRequest } from '../egress.ts';

/** What `clientError` says of a request: the bytes at hand, and where in them it gave up. */
export interface Unread {
  rawPacket?: Buffer;
  bytesParsed?: number;
}

/** Undefined for what asks for something else than the way out, and where only a later line is wrong. */
export function unreadTarget({ rawPacket, bytesParsed = 0 }: Unread): string | undefined {
  if (!rawPacket) return undefined;
  // Requests before it in the same packet were read.
  const from = bytesParsed === 0 ? 0 : rawPacket.lastIndexOf(10, bytesParsed - 1) + 1;
  const [line = ''] = rawPacket.toString('latin1', from).split(/[\r\n]/, 1);
  const [, method, target = ''] = /^([A-Z]+) (.*?)(?: HTTP\/[0-9.]*)?$/s.exec(line) ?? [];
  return method === 'CONNECT' || isProxyRequest(target) ? target : undefined;
}
