/** Follows the host's stream of messages for as long as the run lasts. */
import { createBackoff } from './backoff.ts';
import { type HostConnection, RunOver } from './host.ts';
import type { HostMessage } from './protocol.ts';

/** The host sends an empty line every 15 s; this much silence (ms) means that the stream is dead. */
const silence = 45_000;

/**
 * Reads `GET /messages` and dials again whenever it ends. `after` says which messages are dealt with already;
 * `take` gets each newer one, in order. Calls `over` when the run is over; resolves when `signal` aborts.
 */
export async function followMessages(
  host: HostConnection,
  after: () => number,
  take: (message: HostMessage) => void,
  over: () => void,
  signal: AbortSignal,
): Promise<void> {
  const backoff = createBackoff();
  while (!signal.aborted) {
    try {
      for await (const line of lines(host, `/messages?after=${after()}`, signal)) {
        backoff.reset();
        if (line.trim() === '') continue;
        const message = JSON.parse(line) as HostMessage;
        if (message.id > after()) take(message);
      }
    } catch (error) {
      if (error instanceof RunOver) return over();
      // Anything else is a host that is away or restarting.
    }
    await backoff.wait(signal);
  }
}

async function* lines(host: HostConnection, path: string, signal: AbortSignal): AsyncGenerator<string> {
  const stream = await host.open(path, signal);
  stream.setEncoding('utf8');
  stream.setTimeout(silence, () => stream.destroy());
  let rest = '';
  for await (const part of stream as AsyncIterable<string>) {
    const found = (rest + part).split('\n');
    rest = found.pop() ?? '';
    yield* found;
  }
}
