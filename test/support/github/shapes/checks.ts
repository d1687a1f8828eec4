/** Check runs, check suites and commit statuses as GitHub shows them. */
import type { CheckRun, CheckSuite, CommitStatus, Repo } from '../model.ts';
import { pullsOf, type World } from '../world.ts';
import { appShape } from './apps.ts';
import { repoHtml, repositoryShape, repoUrl } from './repositories.ts';
import { userShape } from './users.ts';

function pullsAt(world: World, repo: Repo, sha: string) {
  const short = { id: repo.id, url: repoUrl(world, repo), name: repo.name };
  return pullsOf(repo)
    .filter((pull) => pull.headSha === sha && pull.issue.state === 'open')
    .map((pull) => ({
      url: `${repoUrl(world, repo)}/pulls/${pull.issue.number}`,
      id: pull.id,
      number: pull.issue.number,
      head: { ref: pull.headRef, sha: pull.headSha, repo: short },
      base: { ref: pull.baseRef, sha: pull.baseSha, repo: short },
    }));
}

export function checkRunShape(world: World, run: CheckRun) {
  const { repo } = run.suite;
  const url = `${repoUrl(world, repo)}/check-runs/${run.id}`;
  const { annotations, ...output } = run.output;
  return {
    id: run.id,
    name: run.name,
    node_id: run.nodeId,
    head_sha: run.headSha,
    external_id: run.externalId ?? '',
    url,
    html_url: `${repoHtml(world, repo)}/runs/${run.id}`,
    details_url: run.detailsUrl ?? appShape(world, run.suite.app).html_url,
    status: run.status,
    conclusion: run.conclusion,
    started_at: run.startedAt,
    completed_at: run.completedAt,
    output: { ...output, annotations_count: annotations.length, annotations_url: `${url}/annotations` },
    check_suite: checkSuiteShape(world, run.suite),
    app: appShape(world, run.suite.app),
    pull_requests: pullsAt(world, repo, run.headSha),
  };
}

export function checkSuiteShape(world: World, suite: CheckSuite) {
  const { repo } = suite;
  const runs = repo.checkRuns.filter((run) => run.suite === suite);
  const url = `${repoUrl(world, repo)}/check-suites/${suite.id}`;
  const done = runs.length > 0 && runs.every((run) => run.status === 'completed');
  const { headCommit: head } = suite;
  return {
    id: suite.id,
    node_id: suite.nodeId,
    head_branch: suite.headBranch,
    head_sha: suite.headSha,
    status: done ? 'completed' : runs.length === 0 ? 'queued' : 'in_progress',
    conclusion: done ? suiteConclusion(runs) : null,
    url,
    before: suite.before,
    after: suite.headSha,
    pull_requests: pullsAt(world, repo, suite.headSha),
    app: appShape(world, suite.app),
    created_at: suite.createdAt,
    updated_at: suite.updatedAt,
    latest_check_runs_count: runs.length,
    check_runs_url: `${url}/check-runs`,
    head_commit: {
      id: head.sha,
      tree_id: head.tree,
      message: head.message,
      timestamp: head.committer.date,
      author: { name: head.author.name, email: head.author.email },
      committer: { name: head.committer.name, email: head.committer.email },
    },
    repository: repositoryShape(world, repo),
  };
}

const WORST_FIRST = [
  'failure',
  'timed_out',
  'cancelled',
  'action_required',
  'stale',
  'success',
  'neutral',
  'skipped',
];

const suiteConclusion = (runs: readonly CheckRun[]): string =>
  WORST_FIRST.find((word) => runs.some((run) => run.conclusion === word)) ?? 'success';

export function statusShape(world: World, repo: Repo, status: CommitStatus) {
  const creator = userShape(world, status.creator);
  return {
    url: `${repoUrl(world, repo)}/statuses/${status.sha}`,
    avatar_url: creator.avatar_url,
    id: status.id,
    node_id: status.nodeId,
    state: status.state,
    description: status.description,
    target_url: status.targetUrl,
    context: status.context,
    created_at: status.createdAt,
    updated_at: status.createdAt,
    creator,
  };
}

/** The latest of each context, and what they add up to. */
export function combinedStatusShape(world: World, repo: Repo, sha: string) {
  const all = repo.statuses.filter((status) => status.sha === sha);
  const latest = all.filter(
    (status, index) => all.findIndex((each) => each.context === status.context) === index,
  );
  const states = latest.map((status) => status.state);
  const failed = states.includes('failure') || states.includes('error');
  const state = failed
    ? 'failure'
    : states.length === 0 || states.includes('pending')
      ? 'pending'
      : 'success';
  return {
    state,
    statuses: latest.map((status) => statusShape(world, repo, status)),
    sha,
    total_count: latest.length,
    repository: repositoryShape(world, repo),
    commit_url: `${repoUrl(world, repo)}/commits/${sha}`,
    url: `${repoUrl(world, repo)}/commits/${sha}/status`,
  };
}
