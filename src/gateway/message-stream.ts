/** `GET /messages?after=N`: what people say to the run, line by line, for as long as the shim listens. */
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { HostMessage } from '#runners/shim/protocol.ts';

/** Ends when `messages` does or `signal` aborts. An empty line every `heartbeatMs` shows the shim that the host is there. */
export async function streamMessages(
  res: ServerResponse,
  messages: AsyncIterable<HostMessage>,
  signal: AbortSignal,
  heartbeatMs: number,
): Promise<void> {
  res.writeHead(200, { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' });
  res.flushHeaders();
  const beat = setInterval(() => {
    // A reader that does not keep up gets no heartbeats piled up for it.
    if (!res.writableNeedDrain) res.write('\n');
  }, heartbeatMs);
  signal.addEventListener('abort', () => res.end(), { once: true });
  try {
    for await (const message of messages) {
      if (signal.aborted) break;
      if (!res.write(`${JSON.stringify(message)}\n`)) await once(res, 'drain', { signal });
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    clearInterval(beat);
    res.end();
  }
}
