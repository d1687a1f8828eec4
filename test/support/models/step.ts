/** What the stub model answers with, one step per model call, and how a call was made. Plain data. */

export type StubApi = 'anthropic' | 'responses' | 'completions';

/** Tokens of one call. `input` is without what came from or went to a cache, whatever the API reports. */
export interface StubUsage {
  input: number;
  output: number;
  cacheRead: number;
  cacheWrite: number;
}

export type Step = StepKind & {
  usage?: Partial<StubUsage>;
  /** Milliseconds before the first byte. */
  after?: number;
  /** Milliseconds between the pieces of a streamed text. */
  pace?: number;
};

type StepKind =
  /** Says something and ends its turn. */
  | { say: string }
  /** Runs a command line through the CLI's own shell tool, whatever it is called there. */
  | { shell: string; say?: string }
  /** Calls a tool by the end of its name, such as `ask_human` of an MCP server. */
  | { tool: string; input: Record<string, unknown>; say?: string }
  /** Refuses in the API's own way (`refusal` as stop reason, as a part of the answer, or `content_filter`). */
  | { refuse: string }
  /** An HTTP error; `type` and `message` as the API would word it when not given. */
  | { status: number; type?: string; message?: string; headers?: Record<string, string> }
  /** The connection is cut in the middle of the stream, after `say`. */
  | { cut: true; say?: string }
  /** Nothing more comes and the connection stays open: before the headers, or after the first piece of the stream. */
  | { stall: 'silent' | 'midway' };

/** A request as it came in. Everything is kept, also what is no model call. */
export interface ModelCall {
  number: number;
  at: number;
  api: StubApi | 'other';
  method: string;
  /** With its query. */
  path: string;
  headers: Record<string, string | string[] | undefined>;
  /** Parsed, when it is JSON. */
  body: Record<string, unknown>;
  model: string;
  stream: boolean;
  tools: ToolOffer[];
  /** The CLI asked for something else than the task, such as a title. */
  side: boolean;
  /** What it was answered with; absent for side calls and everything that is no model call. */
  step?: Step;
  /** The client went away before the answer was complete. */
  aborted?: boolean;
}

/** A tool that the call offers; `namespace` is the Responses API's way of grouping those of an MCP server. */
export interface ToolOffer {
  name: string;
  namespace?: string;
  /** `search` finds tools that are not offered at once. */
  kind: 'function' | 'custom' | 'search';
  /** JSON schema of its input. */
  properties: Record<string, unknown>;
}

/** A tool call with its arguments in the CLI's own form. */
export interface ToolUse {
  name: string;
  namespace?: string;
  kind: ToolOffer['kind'];
  input: Record<string, unknown> | string;
}

export const plainUsage: StubUsage = { input: 1000, output: 50, cacheRead: 200, cacheWrite: 0 };

export function usageOf(step: Step): StubUsage {
  return { ...plainUsage, ...step.usage };
}
