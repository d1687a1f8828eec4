/** Sends the journal to the host, in order, again and again until it is acknowledged. */
import { createBackoff } from './backoff.ts';
import { type HostConnection, RunOver } from './host.ts';
import type { Journal } from './journal.ts';
import type { EventsAnswer } from './protocol.ts';

const batchBytes = 256 * 1024;

export interface Outbox {
  /** Resolves when the host has `seq` on disk, or said that it does not accept it yet; rejects with `RunOver`. */
  delivered(seq: number): Promise<'accepted' | 'behind'>;
  stop(): void;
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
    while (!ending.signal.aborted) {
      const batch = journal.pending(batchBytes);
      if (!batch) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
        continue;
      }
      const answer = await post(host, batch.lines);
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

/** Undefined when the host is away or did not take the batch. */
async function post(host: HostConnection, lines: string): Promise<EventsAnswer | undefined> {
  try {
    const answer = await host.send('POST', '/events', lines);
    if (answer.status !== 200) return undefined;
    return JSON.parse(answer.body) as EventsAnswer;
  } catch (error) {
    if (error instanceof RunOver) throw error;
    return undefined;
  }
}
