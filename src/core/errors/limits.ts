/** Errors that say which limit was reached and where it is set. */
import type { ErrorEntry } from './error-entry.ts';

const ceiling = "Whether the operator's ceiling (`PRLT_MAX_*`) is lower than the repository's limit.";

export const limitErrors = {
  LIMIT_RUN: {
    meaning: 'The run took longer than `limits.run` and was stopped.',
    check: ['How far it got: the last lines.', '`limits.run` in `.github/prlt.yml`.', ceiling],
    todo: 'Split the task or raise `limits.run`, and give `/prlt start`.',
  },
  LIMIT_SETUP: {
    meaning: 'The set-up steps took longer than `limits.setup` together and were stopped.',
    check: ['The step that the sentence names, and its last lines.', '`limits.setup` in `.github/prlt.yml`.'],
    todo: 'Do the slow part in the image, or raise `limits.setup`, and give `/prlt start`.',
  },
  LIMIT_ATTEMPTS: {
    meaning: 'The agent failed as often as `limits.attempts` allows.',
    check: [
      'The error of the last attempt, named in the status comment.',
      '`limits.attempts` in `.github/prlt.yml`.',
    ],
    todo: 'Mend the cause, then give `/prlt start`; attempts are counted anew.',
  },
  LIMIT_CONCURRENCY: {
    meaning:
      'As many runs are under way as `limits.concurrency` or the service allows; the item waits its turn.',
    check: ['What else runs in this repository.', '`limits.concurrency` in `.github/prlt.yml`.', ceiling],
    todo: 'Nothing. It starts when a place is free.',
  },
  LIMIT_MEMORY: {
    meaning: 'The machine has too little memory left for another run; the item waits.',
    check: ['What else runs on the machine.', '`limits.memory` in `.github/prlt.yml`.', ceiling],
    todo: 'Free memory or lower `limits.memory`. It starts when there is room.',
  },
  LIMIT_DISK: {
    meaning: 'The workspace grew past `limits.disk`, or the machine has too little space for another run.',
    check: [
      'What the run wrote.',
      '`limits.disk` in `.github/prlt.yml`.',
      'Free space where the engine and the service keep data.',
    ],
    todo: 'Free space or raise `limits.disk`, and give `/prlt start`.',
  },
  LIMIT_SPEND: {
    meaning:
      'The models of the run cost as much as its cap. No further model call was let through; the work is kept.',
    check: ['What was spent, in the status comment.', '`limits.spend.run` in `.github/prlt.yml`.', ceiling],
    todo: 'Give `/prlt retry --spend <dollars>` to go on where it stopped: a fresh cap for what follows, whatever was spent before. Or raise `limits.spend.run` and give `/prlt retry`.',
  },
  LIMIT_SPEND_DAY: {
    meaning:
      'The runs of this repository have spent or reserved what `limits.spend.day` allows; the item waits.',
    check: ['What else ran today (UTC).', '`limits.spend.day` in `.github/prlt.yml`.', ceiling],
    todo: 'Nothing: it starts when the day has room again, at the latest at midnight UTC. Or raise `limits.spend.day`.',
  },
  LIMIT_BUNDLE: {
    meaning: 'The finished branch is larger than the service takes. Nothing was pushed, and nothing kept.',
    check: ['Whether build results, dependencies or data files were committed.', '`.gitignore`.'],
    todo: 'Ignore those files, or add large ones by hand, and give `/prlt start`.',
  },
} as const satisfies Record<string, ErrorEntry>;
