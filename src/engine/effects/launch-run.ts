/** Starts a claimed run: its socket and its container, and meanwhile the mirror and what the run is given. */
import type { ItemEvent } from '../../core/event.ts';
import type { Item, Run } from '../../core/item.ts';
import { liveRun } from '../../core/item.ts';
import type { Policy } from '../../core/policy.ts';
import { findRepo } from '../../github/repository.ts';
import { mintGitToken } from '../../github/tokens.ts';
import type { LaunchResult, NotLaunched } from '../../runtimes/runtime.ts';
import { assignRun, type RunRow, runById } from '../../store/runs.ts';
import { findOwnFix, findOwnPull } from '../adoption.ts';
import { type Assigned, assign } from '../assign.ts';
import type { Context } from '../context.ts';
import { assignmentOf } from '../desk.ts';
import type { Executor, Outcome } from '../executor.ts';
import { storedPolicy } from '../policies.ts';
import { gitUrl } from '../repository-url.ts';
import { removeEarly, startAssigned, startEarly } from '../start.ts';
import { ownImage } from '../toolchain.ts';
import { askAgain } from './second-asking.ts';

/** How often an engine that does not answer is asked before the launch is given up, and the pause between, milliseconds. */
const patience = { tries: 8, pause: 3_000 };

export const launchRun: Executor<'launch-run'> = async (context, job) => {
  const { effect, item, attempts, again, receipt } = job;
  const run = liveRun(item, effect.run);
  if (!run) return { kind: 'dropped', reason: 'the run is over' };
  if (run.stopping) return lost(run);
  const known = await runById(context.db, run.id);
  if (known) return launched(run, known, await startAssigned(context, item, known), attempts);
  // The socket of what an earlier life of the service started may have gone with it.
  const left = again ? await removeEarly(context, run.id).then(() => undefined, messageOf) : undefined;
  if (left !== undefined) return notLaunched(run, { kind: 'unavailable', reason: left }, attempts);
  const policy = await storedPolicy(context, context.db, item.repo.id);
  const early = again ? undefined : await startEarly(context, item, run, policy);
  const prepared = await prepare(context, item, run, policy, receipt).catch(async (error: unknown) => {
    await early?.discard();
    throw error;
  });
  if (prepared.kind !== 'assigned') {
    await early?.discard();
    return notPrepared(run, prepared, attempts);
  }
  const row = await runById(context.db, run.id);
  if (!row) throw new Error(`run ${run.id} was not recorded`);
  const started: LaunchResult = (await early?.started())
    ? { kind: 'launched' }
    : await startAssigned(context, item, row);
  return launched(run, row, started, attempts);
};

/** GitHub may be away for long; milliseconds. */
function pauseAfter(attempts: number): number {
  return Math.min(patience.pause * 2 ** attempts, 300_000);
}

type Prepared =
  | { kind: 'assigned' }
  | { kind: 'made_before'; event: ItemEvent }
  | { kind: 'no_image'; answer: NotLaunched }
  | { kind: 'put_off'; outcome: Outcome }
  | Exclude<Assigned, { kind: 'assigned' }>;

function notPrepared(run: Run, why: Exclude<Prepared, { kind: 'assigned' }>, attempts: number): Outcome {
  switch (why.kind) {
    case 'refused':
      return {
        kind: 'done',
        events: [{ type: 'launch_failed', run: run.id, failure: why.failure, again: false }],
      };
    case 'made_before':
      return { kind: 'done', events: [why.event] };
    case 'no_image':
      return notLaunched(run, why.answer, attempts);
    case 'put_off':
      return why.outcome;
    case 'later':
      return { kind: 'later', after: pauseAfter(attempts), reason: why.reason };
  }
}

/** Records the assignment before an agent can begin, so that a restart finds the same one. */
async function prepare(
  context: Context,
  item: Item,
  run: Run,
  policy: Policy,
  receipt: unknown,
): Promise<Prepared> {
  context.crash('mint:before');
  const token = await mintGitToken(await context.authenticate(), item.repo, 'read');
  context.crash('mint:after');
  const url = gitUrl(context.settings, item.repo);
  const mirror = await context.mirrors.refresh({ repoId: item.repo.id, url, token });
  if (mirror.kind === 'unavailable') return { kind: 'later', reason: mirror.reason };
  const outcome = mirror.kind === 'denied' ? askAgain(mirror, receipt) : undefined;
  if (outcome) return { kind: 'put_off', outcome };
  if (mirror.kind !== 'ready') {
    const reason = mirror.kind === 'denied' ? mirror.reason : 'it is not there';
    return {
      kind: 'refused',
      failure: {
        code: 'CHECKOUT_FAILED',
        sentence: `${item.repo.owner}/${item.repo.name} could not be fetched: ${reason}`,
        todo: 'Check that the App is installed on the repository with contents: read.',
      },
    };
  }
  const [event, based] = await Promise.all([madeBefore(context, item, run), withBase(context, item)]);
  if (event) return { kind: 'made_before', event };
  const assigned = await assign(context, based, run, policy);
  if (assigned.kind !== 'assigned') return assigned;
  const tools = await ownImage(context, run, { own: assigned.ownImage, runner: assigned.image });
  if (tools.kind !== 'ready') return { kind: 'no_image', answer: tools };
  const now = context.now();
  const { assignment, image, notes, promptHash, model } = assigned;
  const { id, epoch, workspace } = run;
  const row = {
    id,
    item: item.id,
    epoch,
    workspace,
    assignment,
    spec: {
      image,
      ...(tools.own ? { own: tools.own } : {}),
      limits: policy.limits,
      network: policy.network,
      notes,
      promptHash,
      ...(model ? { model } : {}),
    },
  };
  context.crash('assign:before');
  await assignRun(context.db, { ...row, deadline: now + policy.limits.run }, now);
  context.crash('assign:after');
  context.bell.ring(assignmentOf(run.id));
  return { kind: 'assigned' };
}

/** What GitHub has of this run's work already. */
async function madeBefore(context: Context, item: Item, run: Run): Promise<ItemEvent | undefined> {
  if (run.kind === 'fix') {
    const fixed = await findOwnFix(context, item);
    return fixed && { type: 'change_published', run: run.id, change: fixed };
  }
  const change = run.kind === 'implement' ? await findOwnPull(context, item) : undefined;
  return change && { type: 'pull_found', run: run.id, change };
}

/** The default branch may be called otherwise by now, and the webhook that says so still be on its way. */
async function withBase(context: Context, item: Item): Promise<Item> {
  const { repo } = item;
  if (await context.mirrors.resolve(repo.id, `refs/heads/${repo.defaultBranch}`)) return item;
  const now = await findRepo(await context.authenticate(repo.installation), repo);
  return now ? { ...item, repo: { ...repo, defaultBranch: now.defaultBranch } } : item;
}

function launched(run: Run, row: RunRow, result: LaunchResult, attempts: number): Outcome {
  if (result.kind === 'launched') {
    const { branch, base, start } = row.assignment.checkout;
    const { notes = [] } = row.spec;
    return { kind: 'done', events: [{ type: 'run_launched', run: run.id, branch, base, start, notes }] };
  }
  return notLaunched(run, result, attempts);
}

function notLaunched(run: Run, { kind, reason }: NotLaunched, attempts: number): Outcome {
  if (kind === 'unavailable' && attempts + 1 < patience.tries) {
    return { kind: 'later', after: patience.pause, reason };
  }
  const code = {
    unavailable: 'RUNTIME_UNAVAILABLE',
    image_missing: 'IMAGE_MISSING',
    image_unsuitable: 'IMAGE_UNSUITABLE',
    image_refused: 'IMAGE_REFUSED',
    refused: 'DISPATCH_INVALID',
  }[kind];
  const failure = { code, sentence: reason };
  const again = kind === 'unavailable';
  return { kind: 'done', events: [{ type: 'launch_failed', run: run.id, failure, again }] };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** It was told to stop before its container existed. */
function lost(run: Run): Outcome {
  return { kind: 'done', events: [{ type: 'run_lost', run: run.id, cause: 'gone' }] };
}
