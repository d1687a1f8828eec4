/** The host's side of every run's socket: opens one per run, reopens them after a restart, closes them with the run. */
import { rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Logger } from 'pino';
import type { EgressDesk, RunDesk, ToolDesk } from './desk.ts';
import type { WayOut } from './egress/way-out.ts';
import { createEgress } from './egress.ts';
import { defaultLimits, type GatewayLimits } from './limits.ts';
import type { Models } from './models/models.ts';
import type { RegistryAccess } from './registries/access.ts';
import { createRegistries } from './registries/serve.ts';
import { openRunServer, type RunServer } from './run-server.ts';
import { preparePlace, type SocketPlace, socketPlace, sweepPlaces } from './socket-place.ts';
import { createMcpEndpoint } from './tools/mcp.ts';

export interface GatewayOptions {
  /** Parent of the runs' socket directories; nothing else lives in it. */
  dir: string;
  desk: RunDesk;
  tools: ToolDesk;
  /** Absent where no run may call a model. */
  models?: Models;
  log: Logger;
  limits?: Partial<GatewayLimits>;
  /** Where runs may go, and how. */
  egress: { desk: EgressDesk; wayOut: WayOut; registries: RegistryAccess };
}

export interface Gateway {
  /** Listens on the run's socket before its container starts; opening an open run changes nothing. `dir` is what is mounted. */
  open(run: string): Promise<{ dir: string }>;
  /** Closes the run's socket and removes its directory. Not open is fine. */
  close(run: string): Promise<void>;
  /** After a restart: the sockets of live runs come back in the directories that their containers have mounted; other directories go. */
  reopenAll(runs: string[]): Promise<void>;
  openRuns(): string[];
  /** Closes all sockets and keeps the directories: the runs go on and redial. */
  stop(): Promise<void>;
}

export function createGateway(options: GatewayOptions): Gateway {
  const { desk, tools, models, log } = options;
  const parent = resolve(options.dir);
  const limits = { ...defaultLimits, ...options.limits };
  const egress = createEgress({ ...options.egress, log, most: limits.tunnels, idleMs: limits.tunnelIdleMs });
  const registries = createRegistries({ ...options.egress, log, idleMs: limits.tunnelIdleMs });
  const runs = new Map<string, { place: SocketPlace; server: Promise<RunServer> }>();

  const start = async (run: string, place: SocketPlace): Promise<RunServer> => {
    await preparePlace(parent, place);
    const size = { bytes: limits.mcpBytes, ms: limits.mcpMs };
    const mcp = createMcpEndpoint({ run, desk: tools, log, limits: size });
    const ways = { mcp, egress, registries, ...(models ? { models } : {}) };
    const context = { run, desk, ...ways, limits, log };
    return openRunServer(context, place);
  };

  const open = async (run: string): Promise<{ dir: string }> => {
    const there = runs.get(run);
    if (there !== undefined) {
      await there.server;
      return { dir: there.place.dir };
    }
    const place = socketPlace(parent, run);
    if ([...runs.values()].some((other) => other.place.dir === place.dir)) {
      throw new Error(`The runs' directory names collide at ${place.dir}; run ${run} cannot be opened now.`);
    }
    const server = start(run, place);
    runs.set(run, { place, server });
    try {
      await server;
    } catch (error) {
      runs.delete(run);
      throw error;
    }
    return { dir: place.dir };
  };

  return {
    open,
    close: async (run) => {
      const there = runs.get(run);
      const place = there?.place ?? socketPlace(parent, run);
      // The entry stays until the directory is gone, so that a new opening cannot be taken down with the old one.
      await (await there?.server.catch(() => undefined))?.close(limits.stopGraceMs);
      await rm(place.dir, { recursive: true, force: true });
      if (runs.get(run) === there) runs.delete(run);
    },
    reopenAll: async (live) => {
      const swept = await sweepPlaces(parent, [...live, ...runs.keys()]);
      if (swept > 0) log.info({ swept }, 'removed socket directories of runs that are over');
      for (const run of live) await open(run);
    },
    openRuns: () => [...runs.keys()],
    stop: async () => {
      const servers = await Promise.all(
        [...runs.values()].map(({ server }) => server.catch(() => undefined)),
      );
      await Promise.all(servers.map((server) => server?.close(limits.stopGraceMs)));
      runs.clear();
      models?.close();
    },
  };
}
