/** The `command` runner: any command line as the agent. */
import type { RunnerManifest } from '../manifest.ts';

/** The host adds `PRLT_COMMAND`, the profile's `command` as JSON, to the environment. */
export const command: RunnerManifest = {
  name: 'command',
  image: 'prlt-runner-command',
  argv: ['{node}', '{runners}/command/agent.ts'],
  env: {},
  files: {},
  acp: { steering: false, resume: 'resume' },
  masks: [],
  outcomes: [],
};
