/** Where the shim finds its socket, its mirror and its workspace; the container's places unless the host runtime says otherwise. */
import { join } from 'node:path';
import { containerPaths, socketName } from './protocol.ts';

export interface Settings {
  /** Path of the run's socket on which the host serves. */
  socket: string;
  /** The bare mirror whose objects the checkout borrows. */
  mirror: string;
  /** Root of the workspace: checkout, HOME and the shim's own files. */
  work: string;
  /** Scratch space for the agent. */
  tmp: string;
  /** The shim has the process table to itself, so everything else of its user is the agent's. */
  alone: boolean;
}

/**
 * Reads `PRLT_SOCKET`, `PRLT_MIRROR` and `PRLT_WORK`. With a workspace of its own the shim runs as a child process
 * on a machine it shares, where only processes that carry the run's id are the agent's.
 */
export function readSettings(env: NodeJS.ProcessEnv): Settings {
  const work = env['PRLT_WORK'] ?? containerPaths.work;
  const alone = env['PRLT_WORK'] === undefined;
  return {
    socket: env['PRLT_SOCKET'] ?? join(containerPaths.socketDir, socketName),
    mirror: env['PRLT_MIRROR'] ?? containerPaths.mirror,
    work,
    tmp: alone ? '/tmp' : join(work, 'tmp'),
    alone,
  };
}

/** The shim's own directory for one run, beside the checkout and never inside it. */
export function runDirectory(settings: Settings, run: string): string {
  return join(settings.work, '.prlt', run);
}
