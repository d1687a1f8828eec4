/** Lets parts of the process wait for each other by name: messages for a run, the end of a run. */
import { EventEmitter, on, once } from 'node:events';

export interface Bell {
  ring(name: string): void;
  /** Yields once per ring after the call, until `signal` aborts. */
  rings(name: string, signal: AbortSignal): AsyncIterable<unknown>;
  /** Resolves with the next ring after the call, or when `signal` aborts. */
  next(name: string, signal: AbortSignal): Promise<void>;
}

export function createBell(): Bell {
  const emitter = new EventEmitter();
  emitter.setMaxListeners(0);
  return {
    ring: (name) => emitter.emit(name),
    rings: (name, signal) => on(emitter, name, { signal }),
    next: (name, signal) =>
      once(emitter, name, { signal }).then(
        () => {},
        () => {},
      ),
  };
}
