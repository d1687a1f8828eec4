/**
 * What the host has to know about a runner: its image and how its CLI is driven. Each runner's folder has one. What
 * differs between CLIs is data here, never code elsewhere.
 */
import type { OutcomeRow } from './outcome.ts';
import type { AcpSettings } from './shim/protocol.ts';

/** A family of HTTP APIs for models; a gateway provider speaks one of them. */
export type ModelApi = 'anthropic' | 'openai' | 'gemini';

/**
 * Starts a CLI's adapter in Node. The agent's tools find the way out through NODE_USE_ENV_PROXY; an adapter only talks to the
 * loopback pipe, and setting up proxies would cost it a tenth of its start.
 */
export const adapter = ['{node}', '--no-use-env-proxy'] as const;

/**
 * In `argv`, `env` and `files` these are filled in: by the host `{model}` (the profile's, else `model.default`) and
 * `{provider}` (name of the gateway provider in use); by the shim `{node}`, `{runners}`, `{home}`, `{checkout}` and `{pipe}`
 * (loopback address of the host, `http://127.0.0.1:<port>`, so that `{pipe}/models/{provider}` is a base URL).
 */
export interface RunnerManifest {
  /** As written in a profile's `runner:`. */
  name: string;
  /** Repository name of its image; `npm run runners:build` tags it. */
  image: string;
  /** Command line of the ACP agent. */
  argv: string[];
  /** Environment of the agent beside the shim's own; no secrets. Telemetry and updates are off here. */
  env: Record<string, string>;
  /** Files to write before it starts, by path relative to HOME. */
  files: Record<string, string>;
  acp: AcpSettings;
  /** Which models it calls, and how it is told; absent for a runner that calls none. */
  model?: {
    /** Kinds of API it speaks, the preferred first; it can be used when a provider of one of them has a key. */
    apis: ModelApi[];
    /** Used when the profile names none. */
    default: string;
    /** Id of the session's configuration option that takes the model; else `{model}` in env or files does. */
    option?: string;
    /** Models it calls beside the one it is told, such as for titles. */
    side: string[];
  };
  /** Paths in a checkout from which the CLI would take configuration, hooks or MCP servers; a trailing `/` is a folder. */
  masks: string[];
  /** How its ends are to be understood; the first row that fits counts. */
  outcomes: readonly OutcomeRow[];
}
