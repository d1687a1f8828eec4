/** The small contract of a place where runs execute; everything else about a run goes over its socket. */

/** What a runtime needs to start one run. Paths are the service's own; memory, disk and tmp sizes in bytes. */
export interface LaunchSpec {
  run: string;
  epoch: number;
  /** Display key of the item, for labels and logs only. */
  key: string;
  /** The runner's image. */
  image: string;
  /** Id of the repository's own image; the runner's parts are mounted into it. */
  own?: string;
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

/**
 * `unavailable`: the engine does not answer, try later. `image_missing`: somebody has to build, pull or allow it.
 * `image_unsuitable`: the repository's image lacks what a run needs. `refused`: never will.
 */
export interface NotLaunched {
  kind: 'unavailable' | 'image_missing' | 'image_unsuitable' | 'image_refused' | 'refused';
  reason: string;
}

export type LaunchResult = { kind: 'launched' } | NotLaunched;

/** `pin` is a reference with a digest, where the image came from a registry. */
export type ImageAnswer = { kind: 'ready'; id: string; pin?: string } | NotLaunched;

export interface Runtime {
  readonly name: 'docker' | 'kubernetes' | 'host';
  /** Starts the run; a run that is alive already counts as launched and is left alone. */
  launch(spec: LaunchSpec): Promise<LaunchResult>;
  /**
   * Makes sure that an image of a repository's own is there and can carry a run, and says what its name means now. It is
   * pulled when it is not there.
   */
  prepareImage(image: string, runnerImage: string): Promise<ImageAnswer>;
  /** Ends every process of the run: TERM, grace, KILL. Resolves when it is confirmed gone or exited. */
  stop(run: string): Promise<void>;
  /** Every run of this installation that the runtime knows, exited ones included. Rejects when it cannot tell. */
  observe(): Promise<ObservedRun[]>;
  /** Removes the run's container. Absent is fine. */
  remove(run: string): Promise<void>;
  /** Names of the workspaces this installation has, and removal of one. */
  workspaces(): Promise<string[]>;
  removeWorkspace(workspace: string): Promise<void>;
  /** Removes what earlier versions of the runners and broken-off starts left and no run uses. */
  tidy(): Promise<void>;
  /** Bytes on disk by workspace. Costs time: ask seldom, and only while runs are alive. Rejects when it cannot tell. */
  usage(): Promise<Map<string, number>>;
  /** Proves what `/readyz` promises; the sentences say what is missing and what to do. */
  probe(): Promise<string[]>;
}
