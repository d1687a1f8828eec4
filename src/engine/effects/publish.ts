/** Takes a finished branch through the gates and pushes it, with a token minted for this one push. */
import { access } from 'node:fs/promises';
import type { ItemEvent } from '../../core/event.ts';
import type { Failure, Item, Run } from '../../core/item.ts';
import { liveRun } from '../../core/item.ts';
import type { Inspection } from '../../git/inspect.ts';
import type { MirrorAnswer } from '../../git/mirrors.ts';
import type { PushAnswer } from '../../git/push.ts';
import { mintGitToken } from '../../github/tokens.ts';
import { findOwnPull } from '../adoption.ts';
import type { Context } from '../context.ts';
import type { Executor, Outcome } from '../executor.ts';
import { storedPolicy } from '../policies.ts';
import { gitUrl } from '../repository-url.ts';
import { askAgain } from './second-asking.ts';

/** What one change may be at most; a branch beyond it is refused by name. Bytes, milliseconds. */
export const bounds = {
  maxFileBytes: 50 * 2 ** 20,
  maxUnpackedBytes: 2 ** 30,
  maxFiles: 20_000,
  timeoutMs: 300_000,
};

type Accepted = Extract<Inspection, { kind: 'accepted' }>;

export const publish: Executor<'publish'> = async (context, { effect, item, receipt }) => {
  const run = liveRun(item, effect.run);
  if (run?.phase !== 'publishing' || !run.verdict || !run.base || !run.start || !run.branch) {
    return { kind: 'dropped', reason: 'nothing to publish any more' };
  }
  if (run.stopping) return { kind: 'done', events: [stoppedMeanwhile(run)] };
  const { base, start, verdict, branch } = run;
  if (!(await exists(context.handover.bundle(run.id)))) return withoutBundle(context, item, run, receipt);
  const policy = await storedPolicy(context, context.db, item.repo.id);
  const judged = await context.handover.inspect({
    run: run.id,
    mirror: context.mirrors.path(item.repo.id),
    start,
    base: base.sha,
    head: verdict.head,
    rules: {
      ...bounds,
      protect: policy.protect,
      allowWorkflows: context.settings.allowWorkflows,
      secrets: context.secrets.scan(),
    },
  });
  if (judged.kind === 'refused') return refused(run, judged);
  if (context.secrets.redact(branch) !== branch)
    return stop(run, secretFound(['Its branch name holds a secret.'], true));
  const app = await context.authenticate();
  const token = await mintGitToken(
    app,
    item.repo,
    context.settings.allowWorkflows ? 'push-workflows' : 'push',
  );
  const url = gitUrl(context.settings, item.repo);
  const answer = await context.handover.push({
    repo: judged.repo,
    url,
    token,
    branch,
    head: judged.head,
    expectedOld: item.change?.pull ? start : null,
  });
  const change = answer.kind === 'moved' ? await findOwnPull(context, item, branch) : undefined;
  if (change) return { kind: 'done', events: [{ type: 'pull_found', run: run.id, change }] };
  return askedAgain(answer, receipt) ?? pushed(item, run, judged, branch, answer);
};

function askedAgain(answer: PushAnswer | MirrorAnswer, receipt: unknown): Outcome | undefined {
  return answer.kind === 'denied' ? askAgain(answer, receipt) : undefined;
}

/** The bundle went with the recording of an earlier life (a restored database): what GitHub has decides. */
async function withoutBundle(context: Context, item: Item, run: Run, receipt: unknown): Promise<Outcome> {
  const { branch = '', verdict } = run;
  const token = await mintGitToken(await context.authenticate(), item.repo, 'read');
  const url = gitUrl(context.settings, item.repo);
  const mirror = await context.mirrors.refresh({ repoId: item.repo.id, url, token });
  if (mirror.kind === 'unavailable') return { kind: 'later', after: 5_000, reason: mirror.reason };
  const again = askedAgain(mirror, receipt);
  if (again) return again;
  const head = verdict?.head;
  if (head && (await context.mirrors.resolve(item.repo.id, `refs/heads/${branch}`)) === head) {
    const change = { branch, head, commits: verdict?.commits ?? 1 };
    return { kind: 'done', events: [{ type: 'change_published', run: run.id, change }] };
  }
  const failure = {
    code: 'PUBLISH_REFUSED',
    sentence: 'What the agent handed over is not in the data directory any more.',
    todo: 'Was the data directory restored or tidied up? The agent is asked again.',
  };
  return { kind: 'done', events: [{ type: 'change_refused', run: run.id, failure, fault: 'machinery' }] };
}

function pushed(item: Item, run: Run, judged: Accepted, branch: string, answer: PushAnswer): Outcome {
  switch (answer.kind) {
    case 'pushed':
    case 'already': {
      // The bundle goes when this is recorded (open-pull): a crash in between must find it again.
      const change = { branch, head: judged.head, commits: judged.commits.length };
      return { kind: 'done', events: [{ type: 'change_published', run: run.id, change }] };
    }
    case 'unavailable':
      return { kind: 'later', after: 5_000, reason: answer.reason };
    case 'moved':
      return stop(run, {
        code: 'BRANCH_MOVED',
        sentence: `Somebody else pushed to \`${branch}\` meanwhile; nothing of theirs was overwritten.`,
        todo: 'Rename or delete that branch, then ask again.',
      });
    case 'rejected':
      return stop(run, {
        code: 'PUSH_REJECTED',
        sentence: `GitHub refused the push: ${answer.message}`,
        todo: 'Look at the rules of the repository for branches of this name.',
      });
    case 'denied':
      return stop(run, {
        code: 'PERMISSION_MISSING',
        sentence: `The App may not push to ${item.repo.owner}/${item.repo.name}: ${answer.reason}`,
        todo: 'Give the App write access to contents of this repository.',
      });
  }
}

function refused(run: Run, { reasons }: Extract<Inspection, { kind: 'refused' }>): Outcome {
  const secret = reasons.filter(({ code }) => code === 'own_secret' || code === 'secret');
  if (secret.length > 0) {
    const own = secret.some(({ code }) => code === 'own_secret');
    const failure = secretFound(
      secret.map(({ sentence }) => sentence),
      own,
    );
    // Where the service's own got out, somebody has to look before anything goes on.
    const fault = own ? 'final' : 'attempt';
    return { kind: 'done', events: [{ type: 'change_refused', run: run.id, failure, fault }] };
  }
  const failure: Failure = {
    code: 'PUBLISH_REFUSED',
    sentence: `The change was not taken. ${reasons.map((reason) => reason.sentence).join(' ')}`,
    todo: 'Say in the issue how to do it without this, or let a person make the change.',
  };
  const event: ItemEvent = { type: 'change_refused', run: run.id, failure, fault: 'attempt' };
  return { kind: 'done', events: [event] };
}

function secretFound(sentences: readonly string[], own: boolean): Failure {
  const todo = own
    ? 'Take it for known: replace that secret, and find out how the agent came by it.'
    : 'If it is a real one, replace it. If it is made up, let a person add the file, or ask for a value that looks like none.';
  return { code: 'SECRET_FOUND', sentence: `Nothing was pushed. ${sentences.join(' ')}`, todo };
}

function stop(run: Run, failure: Failure): Outcome {
  return { kind: 'done', events: [{ type: 'change_refused', run: run.id, failure, fault: 'final' }] };
}

function stoppedMeanwhile(run: Run): ItemEvent {
  const failure: Failure = { code: 'PUBLISH_REFUSED', sentence: 'It was stopped before it was published.' };
  return { type: 'change_refused', run: run.id, failure, fault: 'stopped' };
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
