/** Errors of the agent while it works. */
import type { ErrorEntry } from './error-entry.ts';

export const agentErrors = {
  AGENT_FAILED: {
    meaning: 'The agent ended with an error. Its exit code and last lines are in the status comment.',
    check: [
      'The last lines.',
      'Whether the command works in a fresh checkout.',
      'Whether the description says enough.',
    ],
    todo: 'Mend the cause or say more in the description, then give `/prlt start`.',
  },
  AGENT_STALLED: {
    meaning: 'The agent showed no sign of life for longer than `limits.stall`.',
    check: [
      'The last lines: whether it waited for input.',
      'Whether a quiet step, such as a long test, needs more time.',
    ],
    todo: 'Raise `limits.stall` in `.github/prlt.yml` if the step is slow by nature, and give `/prlt start`.',
  },
  AGENT_OOM: {
    meaning: 'The agent used more memory than `limits.memory` and was ended by the kernel.',
    check: ['Which step used it; the last lines name the step.', '`limits.memory` in `.github/prlt.yml`.'],
    todo: 'Raise `limits.memory`, or make the step smaller, and give `/prlt start`.',
  },
} as const satisfies Record<string, ErrorEntry>;
