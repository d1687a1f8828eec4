/** Codex asks before what its model wants to do outside of its sandbox, and swallows a refusal. */
import type { Differences } from '../conformance/differences.ts';

export const differences: Differences = {
  asking: ({ env, files }) => ({
    env: { ...env, INITIAL_AGENT_MODE: 'workspace-write' },
    files: Object.fromEntries(
      Object.entries(files).map(([name, text]) => [name, text.replace('"never"', '"on-request"')]),
    ),
  }),
  asksFor: (cmd) => ({
    tool: 'exec_command',
    input: { cmd, sandbox_permissions: 'require_escalated', justification: 'May I?' },
  }),
  refusal: 'finished',
};
