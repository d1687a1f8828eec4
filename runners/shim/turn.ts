/** How a turn ended, read from what the agent answered. */
import type { PromptResponse } from '@agentclientprotocol/sdk/unstable';

export type TurnEnd =
  /** The agent answered. `exitCode`, `signal` and `lastLines` are a command's; `failure` is a provider's that the agent reports. */
  | {
      kind: 'ended';
      stop: string;
      usage?: unknown;
      exitCode?: number;
      signal?: string;
      lastLines?: string[];
      failure?: { category?: string; title?: string };
    }
  /** The agent answered with an error. */
  | { kind: 'error'; error: string; code?: number }
  /** The agent's process ended in the middle of it; `said` is the last of its standard error. */
  | { kind: 'exited'; code?: number; signal?: string; said: string };

/** Some put a provider's whole answer into a title. */
const failureLength = 1000;

/** `_meta.prlt` is the command runner's; `_meta.jetbrains.air.sessionFailure` is claude's and codex's (ACP.md §4). */
export function readTurn(answer: PromptResponse): TurnEnd {
  const meta = answer._meta ?? {};
  const command = (meta['prlt'] ?? {}) as { exitCode?: unknown; signal?: unknown; lastLines?: unknown };
  const failure = readFailure(meta);
  const usage = answer.usage ?? meta['quota'];
  return {
    kind: 'ended',
    stop: answer.stopReason,
    ...(usage !== undefined && usage !== null && { usage }),
    ...(typeof command.exitCode === 'number' && { exitCode: command.exitCode }),
    ...(typeof command.signal === 'string' && { signal: command.signal }),
    ...(Array.isArray(command.lastLines) && { lastLines: command.lastLines.map(String).slice(-20) }),
    ...(failure !== undefined && { failure }),
  };
}

function readFailure(meta: Record<string, unknown>): { category?: string; title?: string } | undefined {
  const vendor = meta['jetbrains'] as { air?: { sessionFailure?: Record<string, unknown> } } | undefined;
  const failure = vendor?.air?.sessionFailure;
  // A warning tells of a retry; a failure without a severity is final.
  if (failure === undefined || failure['severity'] === 'warning') return undefined;
  const { category, title } = failure;
  return {
    ...(typeof category === 'string' && { category }),
    ...(typeof title === 'string' && { title: title.slice(0, failureLength) }),
  };
}
