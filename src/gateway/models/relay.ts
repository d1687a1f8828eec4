/** Passes an answer on as it comes, at the pace of whoever reads it. */
import type { IncomingMessage, ServerResponse } from 'node:http';

/** `complete`: to the provider's last byte. `gone`: the run's side hung up. */
export type Relayed = 'complete' | 'cut' | 'stalled' | 'gone';

/**
 * Writes each chunk and then shows it to `seen`; does not end `to`, so that what was seen can be counted first.
 *
 * @param silenceMs longest time without a byte that was waited for
 */
export function relay(
  from: IncomingMessage,
  to: ServerResponse,
  silenceMs: number,
  seen: (chunk: Buffer) => void,
): Promise<Relayed> {
  return new Promise((resolve) => {
    let over = false;
    let heardAt = performance.now();
    // One timer that looks again, not one per chunk; the socket's own would stay with a connection that is kept.
    const look = (): NodeJS.Timeout =>
      setTimeout(
        () => {
          if (performance.now() - heardAt < silenceMs) timer = look();
          else settle(from.isPaused() ? 'gone' : 'stalled');
        },
        Math.max(1, silenceMs - (performance.now() - heardAt)),
      );
    let timer = look();
    const settle = (how: Relayed): void => {
      if (over) return;
      over = true;
      to.off('drain', resume);
      socket?.off('drain', resume);
      to.off('close', gone);
      clearTimeout(timer);
      if (how !== 'complete') from.destroy();
      resolve(how);
    };
    const { socket } = to;
    // Events that came in one piece go out in one piece, within the same turn of the loop.
    const gather = (): void => {
      if (!socket || to.writableCorked > 0) return;
      to.cork();
      process.nextTick(() => {
        to.uncork();
        // Only the connection knows that its reader does not keep up; what `write` says is about the gathering.
        if (socket.writableNeedDrain) from.pause();
      });
    };
    const resume = (): void => void from.resume();
    const gone = (): void => settle('gone');
    to.on('drain', resume);
    socket?.on('drain', resume);
    to.once('close', gone);
    if (to.destroyed) return gone();
    from.on('data', (chunk: Buffer) => {
      if (over) return;
      heardAt = performance.now();
      gather();
      if (!to.write(chunk) && !socket) from.pause();
      seen(chunk);
    });
    from.once('end', () => settle(from.complete ? 'complete' : 'cut'));
    from.once('error', () => settle('cut'));
    from.once('close', () => settle(from.complete ? 'complete' : 'cut'));
  });
}
