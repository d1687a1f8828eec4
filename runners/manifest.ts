/** What the host has to know about a runner: its image and how its CLI is driven. Each runner's folder has one. */
import type { AcpSettings } from './shim/protocol.ts';

export interface RunnerManifest {
  /** As written in a profile's `runner:`. */
  name: string;
  /** Repository name of its image; `npm run runners:build` tags it. */
  image: string;
  /** Command line of the ACP agent. `{node}` and `{runners}` are filled in by the shim. */
  argv: string[];
  /** Environment of the agent beside the shim's own; no secrets. */
  env: Record<string, string>;
  /** Files to write before it starts, by path relative to HOME. */
  files: Record<string, string>;
  acp: AcpSettings;
}
