/** Sends the journal to the host, in order, again and again until it is acknowledged. */
import { createBackoff } from './backoff.ts';
import { standIn } from './event-size.ts';
import { type HostConnection, RunOver } from './host.ts';
import type { Journal } from './journal.ts';
import type { EventsAnswer } from './protocol.ts';

const batchBytes = 256 * 1024;

export interface Outbox {
  /** Resolves when the host has `seq` on disk, or said that it does not accept it yet; rejects with `RunOver`. */
  delivered(seq: number): Promise<'accepted' | 'behind'>;
  stop(): void;
}

/** The host refuses what this shim says, whatever it is: nothing more can be told to it. */
export class HostRefuses extends Error {
  override name = 'HostRefuses';
}

/** Starts sending; `over` is called once when the host says that the run is over. */
export function startOutbox(host: HostConnection, journal: Journal, over: () => void): Outbox {
  const ending = new AbortController();
  const waiting = new Map<number, PromiseWithResolvers<'accepted' | 'behind'>>();
  let wake = () => {};
  journal.onAppend = () => wake();
  ending.signal.addEventListener('abort', () => wake(), { once: true });

  function settle(answer: EventsAnswer, sent: number): void {
    journal.acknowledge(answer.ack);
    for (const [seq, waiter] of waiting) {
      const behind = answer.behind === true && seq === sent;
      if (!behind && seq > answer.ack) continue;
      waiting.delete(seq);
      waiter.resolve(behind ? 'behind' : 'accepted');
    }
  }

  async function sendAll(): Promise<void> {
    const backoff = createBackoff();
    let oneByOneUpTo = 0;
    let replaced = 0;
    while (!ending.signal.aborted) {
      const alone = journal.pending(1);
      const batch = alone && alone.first <= oneByOneUpTo ? alone : journal.pending(batchBytes);
      if (!batch) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
        continue;
      }
      const { answer, refused } = await post(host, batch.lines);
      if (refused !== undefined) {
        // The host takes all lines or none and will say the same next time: the bad one is found and put aside.
        if (batch.first < batch.last) oneByOneUpTo = batch.last;
        else if (replaced === batch.last) throw new HostRefuses(refused);
        else {
          replaced = batch.last;
          journal.replace(replaced, (event) => standIn(event, refused));
        }
        continue;
      }
      if (answer) settle(answer, batch.last);
      if (answer?.behind) {
        // The owner of the last event takes it back; until then asking at once again would be pointless.
        await backoff.wait(ending.signal);
      } else if (answer && answer.ack >= batch.last) {
        backoff.reset();
      } else {
        await backoff.wait(ending.signal);
      }
    }
  }

  sendAll().catch((error: unknown) => {
    for (const waiter of waiting.values()) waiter.reject(error);
    waiting.clear();
    if (error instanceof RunOver) over();
    else throw error;
  });

  return {
    delivered(seq) {
      const waiter = Promise.withResolvers<'accepted' | 'behind'>();
      waiter.promise.catch(() => {});
      waiting.set(seq, waiter);
      return waiter.promise;
    },
    stop: () => ending.abort(),
  };
}

/** Neither when the host is away or cannot take the batch now; `refused` when it never will, in its words. */
async function post(
  host: HostConnection,
  lines: string,
): Promise<{ answer?: EventsAnswer; refused?: string }> {
  try {
    const { status, body } = await host.send('POST', '/events', lines);
    if (status === 400 || status === 413) return { refused: body };
    return status === 200 ? { answer: JSON.parse(body) as EventsAnswer } : {};
  } catch (error) {
    if (error instanceof RunOver) throw error;
    return {};
  }
}
