/** Errors in what was asked: commands, items and configuration. */
import type { ErrorEntry } from './error-entry.ts';

export const requestErrors = {
  UNKNOWN_COMMAND: {
    meaning: 'A line began with `/prlt` and named a command that does not exist.',
    check: ['The spelling; the answer names the nearest command.', 'The list that `/prlt help` gives.'],
    todo: 'Post a new comment with the right command; edits do not act.',
  },
  USAGE: {
    meaning: 'The command exists, but its arguments or options are not what it takes.',
    check: ['The usage in the answer.', 'Whether every quotation mark is closed.'],
    todo: 'Post a new comment with the right command; edits do not act.',
  },
  NOTHING_RUNNING: {
    meaning: 'A message was meant for an agent, but no agent works on this item now.',
    check: [
      'The status comment: whether the run has ended.',
      'Whether this is the right issue or pull request.',
    ],
    todo: 'Start a run with `/prlt start`; what the agent should know belongs in the description.',
  },
  ITEM_LOOKUP_FAILED: {
    meaning: 'The issue could not be read. Nothing was run.',
    check: [
      'Whether the issue still exists in this repository.',
      'Whether the App is installed on the repository and may read its issues.',
      'Whether GitHub answers at the moment.',
    ],
    todo: 'When it can be read again, give `/prlt start`.',
  },
  ITEM_INVALID: {
    meaning: 'The item cannot be worked on as it is.',
    check: [
      'Whether it is an issue and not a pull request.',
      'Whether it is open.',
      'What the sentence names.',
    ],
    todo: 'Mend what the sentence names and give `/prlt start`.',
  },
  CONFIG_INVALID: {
    meaning:
      '`.github/prlt.yml` on the default branch does not hold a valid configuration. The last valid one stays in force, if there was one.',
    check: [
      'The key and the line that the sentence names.',
      'The spelling of keys: unknown ones are errors.',
      'Indentation.',
    ],
    todo: 'Correct the file on the default branch and give `/prlt start`.',
  },
  CONFIG_UNREADABLE: {
    meaning:
      '`.github/prlt.yml` may exist but could not be read, so nothing was decided by it. The last one that was read stays in force, if there was one.',
    check: ['Whether GitHub answers.', 'Whether the App may read the contents of the repository.'],
    todo: 'Nothing, if GitHub was away: it is read again. Otherwise grant the permission and give `/prlt start`.',
  },
  NO_RUNNER: {
    meaning: 'No agent is configured for this repository, so nothing can be run.',
    check: [
      'Whether `.github/prlt.yml` has a profile with a `runner`.',
      'Whether the service has the key that this runner needs.',
      'Whether a label `profile:…` names another profile.',
    ],
    todo: 'Add a profile with a runner to `.github/prlt.yml` on the default branch and give `/prlt start`.',
  },
  NO_PROFILE: {
    meaning: 'The profile that the item or its worker names is not in the configuration.',
    check: ['The label `profile:…` on the item.', '`profiles` and `workers` in `.github/prlt.yml`.'],
    todo: 'Correct the label or add the profile, and give `/prlt start`.',
  },
  NO_WORKER: {
    meaning: 'No worker takes items of this type.',
    check: ['The label `type:…` on the item.', '`workers` in `.github/prlt.yml` and what they take.'],
    todo: 'Change the label or add the type to what a worker takes, and give `/prlt start`.',
  },
} as const satisfies Record<string, ErrorEntry>;
