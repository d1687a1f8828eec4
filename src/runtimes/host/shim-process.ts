/** The shim as a child process that outlives the service. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { open } from 'node:fs/promises';
import { constants } from 'node:os';
import { join } from 'node:path';
import { socketName } from '#runners/shim/protocol.ts';
import type { LaunchSpec } from '../runtime.ts';

export interface ShimPlaces {
  /** Entry file of the shim. */
  entry: string;
  workspace: string;
  logFile: string;
}

/** Nothing of the service's own environment passes but how to find programs and in which language to speak. */
export function shimEnvironment(
  spec: LaunchSpec,
  workspace: string,
  own: NodeJS.ProcessEnv,
): NodeJS.ProcessEnv {
  return {
    PATH: own['PATH'] ?? '/usr/local/bin:/usr/bin:/bin',
    LANG: own['LANG'] ?? 'C.UTF-8',
    HOME: join(workspace, 'home'),
    PRLT_SOCKET: join(spec.socketDir, socketName),
    PRLT_WORK: workspace,
    PRLT_MIRROR: spec.mirror,
    PRLT_RUN_ID: spec.run,
  };
}

/** Resolves once the process exists; rejects when it cannot be started. */
export async function startShim(
  spec: LaunchSpec,
  places: ShimPlaces,
): Promise<ChildProcess & { pid: number }> {
  const log = await open(places.logFile, 'a', 0o600);
  try {
    const child = spawn(process.execPath, [places.entry], {
      cwd: places.workspace,
      env: shimEnvironment(spec, places.workspace, process.env),
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
    });
    await once(child, 'spawn');
    child.unref();
    return child as ChildProcess & { pid: number };
  } finally {
    await log.close();
  }
}

/** The exit code as a shell or an engine would give it: 128 and the signal's number for a killed process. */
export function exitCodeOf(code: number | null, signal: NodeJS.Signals | null): number {
  return code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
}
