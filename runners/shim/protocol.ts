/** What the shim and the host say to each other over a run's socket; both sides import it, nothing else is shared. */

/** Raised when a change here would confuse a shim of another version; the host refuses a mismatch by name. */
export const protocolVersion = 2;

/** Where things are in a run's container. The host runtime passes other roots through `PRLT_ROOT`-style settings. */
export const containerPaths = {
  /** Directory of the run's socket, mounted read-only. */
  socketDir: '/run/prlt',
  /** The repository's bare mirror, mounted read-only. */
  mirror: '/mirror',
  /** The workspace volume: checkout, HOME and the shim's journal live here. */
  work: '/work',
  /** Everything of the runner: node, shim, tools, CLI. In a repository's own image it is a volume, mounted read-only. */
  runner: '/opt/prlt',
} as const;

export const socketName = 'host.sock';

export type RunKind = 'plan' | 'implement' | 'fix' | 'review' | 'decide' | 'resolve' | 'validate';

/** One turn for the agent. Numbers start at 1 and go on across restarts of either side. */
export interface Prompt {
  number: number;
  kind: RunKind;
  text: string;
}

/** How a CLI is driven over ACP: the part of a runner's manifest that the shim needs. */
export interface AcpSettings {
  /** Session mode set after `session/new`, for CLIs that ask for permission otherwise. */
  mode?: string;
  /** A `session/set_config_option` sent before the first prompt. */
  options?: { id: string; value: string }[];
  /** Whether `_session/steering` reaches a running turn; without it a poke becomes the next turn. */
  steering: boolean;
  /** How an interrupted conversation continues; `none` begins a new one with the same checkout. */
  resume: 'resume' | 'load' | 'none';
}

/** Answer of `GET /assignment`. Sizes in bytes, durations in milliseconds. */
export interface Assignment {
  protocol: number;
  run: { id: string; epoch: number; kind: RunKind; key: string };
  agent: {
    name: string;
    /** Name of its runner: a conversation goes on only with the CLI that it was held with. */
    runner: string;
    argv: string[];
    env: Record<string, string>;
    /** With `{node}`, `{runners}`, `{home}`, `{checkout}` and `{pipe}` to fill in (runners/manifest.ts), as in argv and env. */
    files: Record<string, string>;
    acp: AcpSettings;
    /** Paths of the checkout, at any depth, that no agent may take configuration from; a trailing `/` is a folder. */
    masks: string[];
    /** The operator allows them: they stay, as the base commit has them. */
    maskedByBase?: boolean;
  };
  /** Steps run one by one with `sh -c` before the first prompt, in a folder of the checkout (`.` is its root). */
  setup: { directory: string; steps: string[] }[];
  /** The conversation of an earlier run in this workspace goes on where the agent can. */
  continues: boolean;
  checkout: {
    /** The branch the agent works on; HEAD names it. */
    branch: string;
    /** Commit that HEAD starts at. */
    start: string;
    base: { branch: string; sha: string };
    /** Shown as `origin`'s URL; nothing can be fetched from it inside the container. */
    origin: string;
  };
  git: { name: string; email: string };
  /** Message of the commit that collects what the agent left uncommitted. */
  commitMessage: string;
  prompt: Prompt;
  limits: {
    bundleBytes: number;
    lineBytes: number;
    outputBytes: number;
    journalBytes: number;
    cancelGraceMs: number;
    /** For all set-up steps together. */
    setupMs: number;
  };
}

/** One line of `POST /events`; `seq` starts at 1 and has no gaps within a run, `at` is the shim's ISO time. */
export type ShimEvent = { seq: number; at: string } & ShimEventBody;

export type ShimEventBody =
  | { type: 'shim_started'; protocol: number; shim: string; resumed: boolean }
  | { type: 'checkout_ready'; head: string; notes: string[] }
  | { type: 'agent_started'; agent: string; session: string; resumed: boolean }
  | { type: 'prompt_started'; number: number; kind: RunKind }
  /** What the agent said: a line of its output or a run of ACP message chunks. `truncated` counts bytes left out. */
  | { type: 'message'; text: string; stream?: 'stdout' | 'stderr' | 'thought'; truncated?: number }
  | { type: 'tool'; id: string; title: string; status: string; kind?: string }
  | { type: 'usage'; said: unknown }
  | { type: 'progress'; message: string }
  | { type: 'permission'; title: string; answer: string }
  | { type: 'poke_delivered'; message: number; how: 'steered' | 'next_turn' }
  | {
      type: 'prompt_ended';
      number: number;
      stop: string;
      error?: string;
      exitCode?: number;
      lastLines?: string[];
    }
  | { type: 'setup_step'; command: string; exitCode: number; ms: number; lastLines?: string[] }
  | { type: 'output_capped'; bytes: number }
  | { type: 'note'; text: string }
  /** The last event of a run. The host may answer `behind`: messages arrived that the shim has not handled yet. */
  | { type: 'finished'; verdict: Verdict; lastMessage: number };

/** How an agent's last prompt ended, as it was said. */
export interface AgentEnd {
  /** ACP `stopReason`, when the agent answered. */
  stop?: string;
  /** JSON-RPC error that it answered with instead. */
  error?: { code?: number; message: string };
  /** `_meta.jetbrains.air.sessionFailure` of an answer (ACP.md §4). */
  failure?: { category?: string; title?: string };
  exitCode?: number;
  signal?: string;
}

/** How the run ended as the shim saw it; the host joins it with what it saw itself. */
export interface Verdict {
  outcome: 'finished' | 'failed' | 'cancelled';
  /** Why, for `failed`: which part gave up. */
  cause?:
    | 'agent_exit'
    | 'agent_error'
    | 'checkout'
    | 'setup'
    | 'setup_time'
    | 'image'
    | 'bundle'
    | 'spawn'
    | 'protocol';
  error?: string;
  exitCode?: number;
  signal?: string;
  /** Last lines of the agent's output, at most 20, for `failed`. */
  lastLines?: string[];
  /** How the last prompt ended, for the runner's table of outcomes. */
  end?: AgentEnd;
  /** Tip of the branch after the shim's own commit. */
  head: string;
  /** Whether `head` differs from where the run started; then a bundle of `head` has been accepted before. */
  changed: boolean;
  /** Commits since the start. */
  commits: number;
  /** What the agent wrote to `$PRLT_RESULT_FILE` or said through `finish`, unchecked. */
  result?: unknown;
  /** Processes the kernel killed for memory in this container, where it can be read. */
  oomKills?: number;
}

/** Answer of `POST /events`: the highest sequence number on disk at the host. */
export interface EventsAnswer {
  ack: number;
  /** For a `finished` event only: it was not accepted, because messages after `lastMessage` wait. */
  behind?: boolean;
}

/** One line of the `GET /messages?after=N` stream; an empty line is a heartbeat every 15 s. */
export type HostMessage = { id: number } & HostMessageBody;

export type HostMessageBody =
  | { type: 'poke'; text: string; from: string }
  | { type: 'answer'; question: string; text: string; from: string }
  /** Stop now: cancel the turn, end every process, send what there is, say `finished` with `cancelled`. */
  | { type: 'cancel'; reason: string }
  /** Said to an agent in its running turn; one that cannot be steered hears it in the answers of its tools. */
  | { type: 'wrap_up'; reason: string };
