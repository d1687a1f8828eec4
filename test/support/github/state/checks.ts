/** Check runs, their suites, and commit statuses. */
import { covers, reaches } from '../access.ts';
import { forbidden, notFound, Refusal } from '../failure.ts';
import { readCommit } from '../git/history.ts';
import { resolveCommit } from '../git/repository.ts';
import type { App, Caller, CheckOutput, CheckRun, CheckSuite, CommitStatus, Repo } from '../model.ts';
import { checkRunShape, checkSuiteShape } from '../shapes/checks.ts';
import { actor, now, pullsOf, type World } from '../world.ts';

export interface CheckInput {
  readonly name?: string | undefined;
  readonly status?: string | undefined;
  readonly conclusion?: string | undefined;
  readonly started_at?: string | undefined;
  readonly completed_at?: string | undefined;
  readonly details_url?: string | undefined;
  readonly external_id?: string | undefined;
  readonly output?: { title?: string; summary?: string; text?: string; annotations?: unknown[] } | undefined;
  readonly actions?: CheckRun['actions'] | undefined;
}

export async function createCheckRun(
  world: World,
  caller: Caller,
  repo: Repo,
  input: CheckInput & { name: string; head_sha: string },
): Promise<CheckRun> {
  const { app } = caller;
  if (app === null) throw forbidden('You must authenticate via a GitHub App.');
  if ((await resolveCommit(world.git, repo.dir, input.head_sha)) !== input.head_sha)
    throw new Refusal(422, `No commit found for SHA: ${input.head_sha}`);
  const suite = await suiteFor(world, repo, app, input.head_sha);
  const run: CheckRun = {
    id: world.ids.next(),
    nodeId: world.ids.node('CR'),
    suite,
    headSha: input.head_sha,
    name: input.name,
    status: 'queued',
    conclusion: null,
    startedAt: now(world),
    completedAt: null,
    detailsUrl: null,
    externalId: null,
    output: { title: null, summary: null, text: null, annotations: [] },
    actions: [],
  };
  apply(world, run, input);
  repo.checkRuns.push(run);
  announceRun(world, caller, run, 'created');
  if (run.status === 'completed') completed(world, caller, run);
  return run;
}

export function updateCheckRun(world: World, caller: Caller, run: CheckRun, input: CheckInput): void {
  if (caller.app !== run.suite.app)
    throw forbidden(
      'Invalid app_id `' +
        String(caller.app?.id ?? '') +
        '` - check run can only be modified by the GitHub App that created it.',
    );
  const before = run.status;
  apply(world, run, input);
  if (run.status === 'completed' && before !== 'completed') completed(world, caller, run);
}

function apply(world: World, run: CheckRun, input: CheckInput): void {
  const status = input.conclusion === undefined ? (input.status ?? run.status) : 'completed';
  if (status === 'completed' && input.conclusion === undefined && run.conclusion === null)
    throw new Refusal(
      422,
      'Invalid request.\n\nNo subschema in "anyOf" matched. "conclusion" wasn\'t supplied.',
    );
  if (input.output !== undefined && input.output.summary === undefined)
    throw new Refusal(422, 'Invalid request.\n\n"summary" wasn\'t supplied.');
  run.name = input.name ?? run.name;
  run.status = status;
  run.conclusion = status === 'completed' ? (input.conclusion ?? run.conclusion) : null;
  run.startedAt = input.started_at ?? run.startedAt;
  run.completedAt = status === 'completed' ? (input.completed_at ?? run.completedAt ?? now(world)) : null;
  run.detailsUrl = input.details_url ?? run.detailsUrl;
  run.externalId = input.external_id ?? run.externalId;
  run.actions = input.actions ?? run.actions;
  if (input.output !== undefined) run.output = outputOf(run.output, input.output);
  run.suite.updatedAt = now(world);
}

/** Annotations add up over updates; the rest is replaced. */
function outputOf(old: CheckOutput, input: NonNullable<CheckInput['output']>): CheckOutput {
  return {
    title: input.title ?? old.title,
    summary: input.summary ?? old.summary,
    text: input.text ?? old.text,
    annotations: [...old.annotations, ...(input.annotations ?? [])],
  };
}

async function suiteFor(world: World, repo: Repo, app: App, sha: string, before: string | null = null) {
  const known = repo.checkSuites.find((suite) => suite.app === app && suite.headSha === sha);
  if (known !== undefined) return known;
  const headCommit = await readCommit(world.git, repo.dir, sha);
  const at = now(world);
  const suite: CheckSuite = {
    id: world.ids.next(),
    nodeId: world.ids.node('CS'),
    repo,
    app,
    headSha: sha,
    headBranch: pullsOf(repo).find((pull) => pull.headSha === sha)?.headRef ?? null,
    headCommit,
    before,
    createdAt: at,
    updatedAt: at,
  };
  repo.checkSuites.push(suite);
  return suite;
}

/** On a push, each app that may write checks is given a suite and told so, whoever pushed. */
export async function checkSuiteForPush(
  world: World,
  caller: Caller,
  repo: Repo,
  move: { branch: string; before: string | null; after: string },
): Promise<void> {
  for (const installation of world.installations) {
    if (!reaches(installation, repo) || !covers(installation.permissions, 'checks', 'write')) continue;
    const suite = await suiteFor(world, repo, installation.app, move.after, move.before);
    world.announce({
      event: 'check_suite',
      action: 'requested',
      repo,
      sender: actor(caller),
      body: { check_suite: checkSuiteShape(world, suite) },
      onlyFor: installation.app,
    });
  }
}

export function checkRunOf(repo: Repo, id: number): CheckRun {
  const run = repo.checkRuns.find((each) => each.id === id);
  if (run === undefined) throw notFound();
  return run;
}

/** Somebody presses "Re-run"; only the app that owns the check hears of it. */
export const rerequestCheck = (world: World, caller: Caller, run: CheckRun): void =>
  announceRun(world, caller, run, 'rerequested');

/** Somebody presses one of the check's own buttons, which exist once it has completed. */
export function requestAction(world: World, caller: Caller, run: CheckRun, identifier: string): void {
  const known = run.status === 'completed' && run.actions.some((action) => action.identifier === identifier);
  if (!known) throw notFound();
  announceRun(world, caller, run, 'requested_action', { requested_action: { identifier } });
}

function completed(world: World, caller: Caller, run: CheckRun): void {
  announceRun(world, caller, run, 'completed');
  const siblings = run.suite.repo.checkRuns.filter((each) => each.suite === run.suite);
  if (siblings.some((each) => each.status !== 'completed')) return;
  world.announce({
    event: 'check_suite',
    action: 'completed',
    repo: run.suite.repo,
    sender: actor(caller),
    body: { check_suite: checkSuiteShape(world, run.suite) },
  });
}

function announceRun(world: World, caller: Caller, run: CheckRun, action: string, extra = {}): void {
  const asked = action === 'rerequested' || action === 'requested_action';
  world.announce({
    event: 'check_run',
    action,
    repo: run.suite.repo,
    sender: actor(caller),
    body: { check_run: checkRunShape(world, run), ...extra },
    ...(asked ? { onlyFor: run.suite.app } : {}),
  });
}

export async function createStatus(
  world: World,
  caller: Caller,
  repo: Repo,
  input: {
    sha: string;
    state: CommitStatus['state'];
    context?: string;
    description?: string | null;
    target_url?: string | null;
  },
): Promise<CommitStatus> {
  if ((await resolveCommit(world.git, repo.dir, input.sha)) !== input.sha)
    throw new Refusal(422, `No commit found for SHA: ${input.sha}`);
  const status: CommitStatus = {
    id: world.ids.next(),
    nodeId: world.ids.node('SC'),
    sha: input.sha,
    state: input.state,
    context: input.context ?? 'default',
    description: input.description ?? null,
    targetUrl: input.target_url ?? null,
    creator: actor(caller),
    createdAt: now(world),
  };
  repo.statuses.unshift(status);
  return status;
}
