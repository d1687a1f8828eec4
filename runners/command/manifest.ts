/** The `command` runner: any command line as the agent. */
import { adapter, type RunnerManifest } from '../manifest.ts';

/** The host adds `PRLT_COMMAND`, the profile's `command` as JSON, to the environment. */
export const command: RunnerManifest = {
  name: 'command',
  image: 'prlt-runner-command',
  argv: [...adapter, '{runners}/command/agent.ts'],
  env: {},
  files: {},
  acp: { steering: false, resume: 'resume' },
  masks: [],
  // A command that calls models and fails at it says so by its exit code alone.
  outcomes: [
    { when: { exited: true, errorType: /insufficient_quota|billing/ }, is: 'quota' },
    { when: { exited: true, status: 402 }, is: 'quota' },
    { when: { exited: true, status: [401, 403] }, is: 'auth' },
    { when: { exited: true, status: 429 }, is: 'transient' },
    { when: { exited: true, status: [500, 599] }, is: 'transient' },
    { when: { exited: true, broken: 'unreachable' }, is: 'transient' },
    { when: { exited: true, broken: 'cut' }, is: 'transient' },
    { when: { exited: true, broken: 'stalled' }, is: 'stalled' },
  ],
};
