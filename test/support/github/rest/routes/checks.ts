/** Check runs and commit statuses. */
import { demandRole } from '../../access.ts';
import { Refusal } from '../../failure.ts';
import { resolveCommit } from '../../git/repository.ts';
import type { CheckRun, CommitStatus, Repo } from '../../model.ts';
import { checkRunShape, combinedStatusShape, statusShape } from '../../shapes/checks.ts';
import {
  type CheckInput,
  checkRunOf,
  createCheckRun,
  createStatus,
  updateCheckRun,
} from '../../state/checks.ts';
import {
  type Call,
  created,
  input,
  number,
  ok,
  page,
  type Route,
  repoOf,
  route,
  text,
  wrappedPage,
} from '../route.ts';

async function shaOf(call: Call, repo: Repo): Promise<string> {
  const ref = text(call, 'ref');
  const sha = await resolveCommit(call.world.git, repo.dir, ref);
  if (sha === null) throw new Refusal(422, `No commit found for SHA: ${ref}`);
  return sha;
}

function filtered(call: Call, runs: readonly CheckRun[]): CheckRun[] {
  const { check_name: name, status, app_id: app, filter } = call.query;
  const found = runs
    .filter((run) => name === undefined || run.name === name)
    .filter((run) => status === undefined || run.status === status)
    .filter((run) => app === undefined || run.suite.app.id === app)
    .toReversed();
  if (filter === 'all') return found;
  // The latest of each name and app.
  return found.filter(
    (run, index) => found.findIndex((each) => each.name === run.name && each.suite === run.suite) === index,
  );
}

export const checkRoutes: readonly Route[] = [
  route('POST', '/repos/{owner}/{repo}/check-runs', async (call) => {
    const repo = repoOf(call, ['checks', 'write']);
    const body = input<CheckInput & { name: string; head_sha: string }>(call);
    return created(checkRunShape(call.world, await createCheckRun(call.world, call.caller, repo, body)));
  }),
  route('GET', '/repos/{owner}/{repo}/check-runs/{check_run_id}', (call) => {
    const repo = repoOf(call, ['checks', 'read']);
    return ok(checkRunShape(call.world, checkRunOf(repo, number(call, 'check_run_id'))));
  }),
  route('PATCH', '/repos/{owner}/{repo}/check-runs/{check_run_id}', (call) => {
    const run = checkRunOf(repoOf(call, ['checks', 'write']), number(call, 'check_run_id'));
    updateCheckRun(call.world, call.caller, run, input<CheckInput>(call));
    return ok(checkRunShape(call.world, run));
  }),
  route('GET', '/repos/{owner}/{repo}/commits/{ref}/check-runs', async (call) => {
    const repo = repoOf(call, ['checks', 'read']);
    const sha = await shaOf(call, repo);
    const runs = filtered(
      call,
      repo.checkRuns.filter((run) => run.headSha === sha),
    );
    return wrappedPage(call, 'check_runs', runs, (run) => checkRunShape(call.world, run));
  }),
  route('POST', '/repos/{owner}/{repo}/statuses/{sha}', async (call) => {
    const repo = repoOf(call, ['statuses', 'write']);
    demandRole(call.caller, repo, 'write');
    const body = input<{
      state: CommitStatus['state'];
      context?: string;
      description?: string | null;
      target_url?: string | null;
    }>(call);
    const status = await createStatus(call.world, call.caller, repo, { ...body, sha: text(call, 'sha') });
    return created(statusShape(call.world, repo, status));
  }),
  route('GET', '/repos/{owner}/{repo}/commits/{ref}/statuses', async (call) => {
    const repo = repoOf(call, ['statuses', 'read']);
    const sha = await shaOf(call, repo);
    return page(
      call,
      repo.statuses.filter((each) => each.sha === sha),
      (each) => statusShape(call.world, repo, each),
    );
  }),
  route('GET', '/repos/{owner}/{repo}/commits/{ref}/status', async (call) => {
    const repo = repoOf(call, ['statuses', 'read']);
    return ok(combinedStatusShape(call.world, repo, await shaOf(call, repo)));
  }),
];
