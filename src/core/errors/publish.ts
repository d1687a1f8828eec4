/** Errors between the finished work and the pull request. */
import type { ErrorEntry } from './error-entry.ts';

export const publishErrors = {
  PUBLISH_REFUSED: {
    meaning:
      'The change holds something that prlt does not publish: a protected path, a new submodule, a link out of the tree, or damaged data. Nothing was pushed.',
    check: [
      'The path that the sentence names.',
      '`protect` in `.github/prlt.yml`; `.github/**` and CODEOWNERS are always protected.',
    ],
    todo: 'Say in the description that this path is to be left alone, or make that part of the change by hand, and give `/prlt start`.',
  },
  SECRET_FOUND: {
    meaning:
      'The change holds a secret of the service itself, or a token of a well-known form (GitHub, AWS, Anthropic, OpenAI, Slack, npm, Linear, GitLab, a private key), plainly or encoded. Nothing was pushed, and the value is not repeated anywhere.',
    check: [
      'The file or the commit that the sentence names, in the work that was kept on the machine of the service.',
      'Whether the value is real. Where it was in a file that the change touches before, it is not counted.',
    ],
    todo: 'Replace the secret if it is real. If it is made up, have a person add that file, or say in the description to use a value that looks like no token, and give `/prlt start`.',
  },
  PUSH_REJECTED: {
    meaning: 'GitHub refused the branch.',
    check: [
      'Rulesets and branch protection that match the branch name.',
      'Push protection: whether a secret is in the change.',
      '`branch` in `.github/prlt.yml`.',
    ],
    todo: 'Mend what GitHub names and give `/prlt start`.',
  },
  PULL_REFUSED: {
    meaning: 'The change is on GitHub as a branch, but no pull request could be opened for it.',
    check: [
      'What GitHub says in the sentence.',
      'Whether the repository still has a default branch, and the branch of the change still has commits in common with it.',
      'Whether the App has write permission for pull requests.',
    ],
    todo: 'Mend what GitHub names, then open a pull request from the branch by hand or give `/prlt start`.',
  },
  BRANCH_MOVED: {
    meaning:
      'Somebody pushed to the branch while the agent worked. Their commits were left as they are, and nothing was pushed.',
    check: ['Who pushed what to the branch.'],
    todo: 'Decide which commits to keep, then give `/prlt start`.',
  },
} as const satisfies Record<string, ErrorEntry>;
