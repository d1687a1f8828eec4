/** Has the log of changes carried over into the database by a thread of its own, so that no commit waits for it. */
import { once } from 'node:events';
import { stat } from 'node:fs/promises';
import { Worker } from 'node:worker_threads';

export interface Checkpoints {
  /** Lets go of the database. */
  close(): Promise<void>;
}

/** A log below this many bytes is left to grow: most installations never need the thread. */
const small = 4 * 2 ** 20;
const every = 250;

/** @param path the database, opened by somebody already */
export function keepCheckpoints(path: string): Checkpoints {
  let worker: Worker | undefined;
  let closed = false;

  const look = async (): Promise<void> => {
    const log = await stat(`${path}-wal`).catch(() => undefined);
    if (closed || !log || log.size <= small) return;
    if (!worker) {
      worker = new Worker(new URL('./checkpointer.ts', import.meta.url), { workerData: path, execArgv: [] });
      worker.unref();
      // Until the next look; every connection checkpoints for itself before the log gets out of hand.
      worker.on('error', () => {
        worker = undefined;
      });
    }
    worker.postMessage('look');
  };
  const timer = setInterval(look, every).unref();

  return {
    close: async () => {
      closed = true;
      clearInterval(timer);
      if (!worker) return;
      const gone = once(worker, 'exit');
      worker.ref();
      worker.postMessage('close');
      await gone;
    },
  };
}
