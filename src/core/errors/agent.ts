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
  AGENT_BLOCKED: {
    meaning:
      'The agent reported that it cannot go on. Its container has ended, its work is kept, and nothing is spent.',
    check: ['What it needs, in the status comment.'],
    todo: 'Provide it, then give `/prlt retry`, or `/prlt poke "…"` to tell it something as well.',
  },
  AGENT_NEEDS_PERSON: {
    meaning:
      'The agent or its model stopped for a reason that trying again does not change, such as a refusal.',
    check: ['What it said last.', 'Whether the description asks for something the model refuses.'],
    todo: 'Change the description or the profile, then give `/prlt retry`.',
  },
  PROVIDER_UNAVAILABLE: {
    meaning:
      'The provider of the models did not answer or broke off. The work is kept and goes on by itself.',
    check: ["The provider's status page.", 'Whether the machine of the service reaches it.'],
    todo: 'Nothing. `/prlt retry` tries at once.',
  },
  PROVIDER_QUOTA: {
    meaning: 'The provider of the models takes no more calls for now: a quota or a credit is used up.',
    check: ['The quota and the credit, as the provider shows them.', 'Whether the profile has a `fallback`.'],
    todo: 'Raise the quota, or name a `fallback` in the profile. It goes on by itself every hour; `/prlt retry` tries at once.',
  },
  PROVIDER_AUTH: {
    meaning:
      'The provider of the models refuses the key of the service. Every item of that runner waits; none fails.',
    check: ['`PRLT_MODELS_*` of the service.', 'Whether the key was revoked or has expired.'],
    todo: 'The operator renews the key, and the items go on by themselves. No restart is needed, unless the key is in the environment that the service was started with.',
  },
} as const satisfies Record<string, ErrorEntry>;
