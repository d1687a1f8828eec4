/** Which executor carries out which effect; a kind without one is a type error. */
import type { Executors } from '../executor.ts';
import { cleanRun } from './clean-run.ts';
import { keepWork } from './keep-work.ts';
import { launchRun } from './launch-run.ts';
import { openPullRequest } from './open-pull.ts';
import { publish } from './publish.ts';
import { react } from './react.ts';
import { reply } from './reply.ts';
import { sendMessage } from './send-message.ts';
import { setCheckRun } from './set-check.ts';
import { setLabels } from './set-labels.ts';
import { statusComment } from './status-comment.ts';
import { stopRun } from './stop-run.ts';

export const executors: Executors = {
  react,
  reply,
  'status-comment': statusComment,
  'set-labels': setLabels,
  'set-check': setCheckRun,
  'launch-run': launchRun,
  'send-message': sendMessage,
  'stop-run': stopRun,
  'clean-run': cleanRun,
  publish,
  'keep-work': keepWork,
  'open-pull': openPullRequest,
};
