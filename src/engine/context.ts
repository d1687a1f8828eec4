/** What the engine works with; made once by the composition root and passed in everywhere. */
import type { Logger } from 'pino';
import type { RunnerManifest } from '#runners/manifest.ts';
import type { Board } from '../boards/board.ts';
import type { Settings } from '../config/settings.ts';
import type { Gateway } from '../gateway/gateway.ts';
import type { Handover } from '../git/handover.ts';
import type { Mirrors } from '../git/mirrors.ts';
import type { Authenticate } from '../github/client.ts';
import type { Runtime } from '../runtimes/runtime.ts';
import type { Db } from '../store/open.ts';
import type { Crash } from './crash-points.ts';
import type { Secrets } from './known-secrets.ts';
import type { Quarantine } from './quarantine.ts';
import type { Bell } from './signals.ts';

/** Who prlt is on GitHub. */
export interface Identity {
  appId: number;
  slug: string;
}

export interface Context {
  settings: Settings;
  db: Db;
  log: Logger;
  /** Milliseconds since the epoch. */
  now: () => number;
  newId: () => string;
  identity: Identity;
  /** Key of the HMACs in our markers. */
  markerKey: string;
  /** The database was restored from a backup: GitHub may have more of ours than it knows. */
  restored: boolean;
  authenticate: Authenticate;
  board: Board;
  mirrors: Mirrors;
  handover: Handover;
  gateway: Gateway;
  runtime: Runtime;
  bell: Bell;
  /** What must not leave the service. */
  secrets: Secrets;
  /** Keeps what the process dies under from being begun for ever. */
  quarantine: Quarantine;
  /** Runners this service can use, by name. */
  runners: ReadonlyMap<string, RunnerManifest>;
  /** Passes a point at which a test may have the service die; does nothing otherwise. */
  crash: Crash;
  /** Asks for a pass of the loop; cheap, any number of times. */
  wake: () => void;
}
