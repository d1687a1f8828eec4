/** Runs as child processes of the same user: for the demo and for tests, since nothing is isolated. */
import { access, mkdir, readdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Logger } from 'pino';
import type { LaunchResult, LaunchSpec, NotLaunched, ObservedRun, Runtime } from '../runtime.ts';
import { isSafeName } from '../safe-name.ts';
import { diskUsage } from './disk-usage.ts';
import { endProcesses, identify, isAlive, processesOf } from './processes.ts';
import { createRecords, type RunRecord } from './record.ts';
import { exitCodeOf, startShim } from './shim-process.ts';

export interface HostRuntimeOptions {
  /** Directory for workspaces and records. */
  root: string;
  /** Entry file of the shim, run by the service's own Node. */
  shimEntry: string;
  graceMs?: number;
  /** Called when a run is written down and its process not started yet. */
  created?: () => void;
  log: Logger;
}

export function createHostRuntime(options: HostRuntimeOptions): Runtime {
  const { log, graceMs = 10_000, created = () => {} } = options;
  const shimEntry = resolve(options.shimEntry);
  const workspaces = resolve(options.root, 'workspaces');
  const records = createRecords(resolve(options.root, 'runs'));

  /** For runs started in this life: settles once their end is written down. */
  const ends = new Map<string, Promise<void>>();

  /** The record with what has become of the process since: found after a lost start, or over. */
  const current = async (row: RunRecord): Promise<RunRecord & { alive: boolean }> => {
    if (row.exit !== undefined) return { ...row, alive: false };
    if (row.process !== undefined) return { ...row, alive: await isAlive(row.process) };
    const pid = (await processesOf(row.run))[0];
    const found = pid === undefined ? undefined : await identify(pid);
    return found === undefined ? { ...row, alive: false } : { ...row, process: found, alive: true };
  };

  const begin = async (spec: LaunchSpec): Promise<LaunchResult> => {
    const workspace = join(workspaces, spec.workspace);
    await mkdir(join(workspace, 'home'), { recursive: true, mode: 0o700 });
    const row: RunRecord = { run: spec.run, epoch: spec.epoch };
    await records.write(row);
    created();
    const logFile = join(records.directory(spec.run), 'shim.log');
    const child = await startShim(spec, { entry: shimEntry, workspace, logFile });
    const startTime = (await identify(child.pid))?.startTime ?? 'over';
    const started = { ...row, process: { pid: child.pid, startTime } };
    const written = records.write(started);
    const exited = new Promise<number>((resolve) => {
      if (child.exitCode !== null || child.signalCode !== null)
        resolve(exitCodeOf(child.exitCode, child.signalCode));
      else child.once('exit', (code, signal) => resolve(exitCodeOf(code, signal)));
    });
    const note = async (): Promise<void> => {
      const code = await exited;
      await written;
      await records.write({ ...started, exit: { code } });
    };
    ends.set(
      spec.run,
      note().catch((err: unknown) => log.error({ run: spec.run, err }, 'the end of a run was not noted')),
    );
    await written;
    return { kind: 'launched' };
  };

  return {
    name: 'host',
    launch: async (spec) => {
      if (!isSafeName(spec.run) || !isSafeName(spec.workspace)) {
        return {
          kind: 'refused',
          reason: `${spec.run} and ${spec.workspace} cannot be names of directories.`,
        };
      }
      if (spec.own !== undefined) return noImages(spec.own);
      try {
        await access(shimEntry);
        const row = await records.read(spec.run);
        if (row === undefined) return await begin(spec);
        if (row.epoch !== spec.epoch) {
          return {
            kind: 'refused',
            reason: `The run ${spec.run} belongs to epoch ${row.epoch}, not ${spec.epoch}.`,
          };
        }
        const now = await current(row);
        // A record without a process is a start that did not happen.
        return now.process === undefined ? await begin(spec) : { kind: 'launched' };
      } catch (error) {
        return { kind: 'refused', reason: `The run could not be started: ${String(error).slice(0, 300)}` };
      }
    },
    prepareImage: async (image) => noImages(image),
    stop: async (run) => {
      await endProcesses(run, graceMs);
      await ends.get(run);
    },
    observe: async () => {
      const rows = await Promise.all((await records.all()).map(current));
      return rows.map(observed);
    },
    remove: async (run) => {
      await endProcesses(run, 0);
      await ends.get(run);
      ends.delete(run);
      if (isSafeName(run)) await records.remove(run);
    },
    workspaces: () => readdir(workspaces).catch(() => []),
    removeWorkspace: async (workspace) => {
      if (isSafeName(workspace)) await rm(join(workspaces, workspace), { recursive: true, force: true });
    },
    usage: async () => {
      const names = await readdir(workspaces).catch(() => []);
      const sizes = new Map<string, number>();
      for (const name of names) sizes.set(name, await diskUsage(join(workspaces, name)));
      return sizes;
    },
    tidy: async () => {},
    probe: async () => [],
  };
}

function noImages(image: string): NotLaunched {
  return {
    kind: 'image_refused',
    reason: `The host runtime has no containers, so the repository's image ${image.slice(0, 200)} cannot be used with it.`,
  };
}

function observed(row: RunRecord & { alive: boolean }): ObservedRun {
  const { run, epoch } = row;
  if (row.alive) return { run, epoch, state: 'running' };
  if (row.process === undefined) return { run, epoch, state: 'created' };
  return { run, epoch, state: 'exited', ...(row.exit === undefined ? {} : { exitCode: row.exit.code }) };
}
