/** The small contract of a place where runs execute; everything else about a run goes over its socket. */

/** What a runtime needs to start one run. Paths are the service's own; memory, disk and tmp sizes in bytes. */
export interface LaunchSpec {
  run: string;
  epoch: number;
  /** Display key of the item, for labels and logs only. */
  key: string;
  image: string;
  /** The repository's bare mirror on the host, mounted read-only. */
  mirror: string;
  /** Directory that holds the run's socket, mounted read-only. */
  socketDir: string;
  /** Name of the workspace, stable per (item, agent, generation); it outlives the run. */
  workspace: string;
  limits: { memory: number; cpus: number; pids: number; tmp: number };
}

/** A run as the runtime finds it; it may belong to an earlier life of the service. */
export interface ObservedRun {
  run: string;
  epoch: number;
  state: 'created' | 'running' | 'exited';
  exitCode?: number;
  /** The kernel killed something in it for memory. */
  oomKilled?: boolean;
}

/** `unavailable`: the engine does not answer, try later. `image_missing`: the operator has to build or allow it. `refused`: never will. */
export type LaunchResult =
  | { kind: 'launched' }
  | { kind: 'unavailable' | 'image_missing' | 'refused'; reason: string };

export interface Runtime {
  readonly name: 'docker' | 'kubernetes' | 'host';
  /** Starts the run; a run that is alive already counts as launched and is left alone. */
  launch(spec: LaunchSpec): Promise<LaunchResult>;
  /** Ends every process of the run: TERM, grace, KILL. Resolves when it is confirmed gone or exited. */
  stop(run: string): Promise<void>;
  /** Every run of this installation that the runtime knows, exited ones included. Rejects when it cannot tell. */
  observe(): Promise<ObservedRun[]>;
  /** Removes the run's container. Absent is fine. */
  remove(run: string): Promise<void>;
  /** Names of the workspaces this installation has, and removal of one. */
  workspaces(): Promise<string[]>;
  removeWorkspace(workspace: string): Promise<void>;
  /** Bytes on disk by workspace. Costs time: ask seldom, and only while runs are alive. Rejects when it cannot tell. */
  usage(): Promise<Map<string, number>>;
  /** Proves what `/readyz` promises; the sentences say what is missing and what to do. */
  probe(): Promise<string[]>;
}
