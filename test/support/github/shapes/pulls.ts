/** Pull requests as GitHub shows them: the list form, and the full one with counts and mergeability. */
import type { Pull } from '../model.ts';
import type { World } from '../world.ts';
import { association } from './associations.ts';
import { issueHtml, issueUrl } from './issues.ts';
import { labelShape } from './labels.ts';
import { repositoryShape, repoUrl } from './repositories.ts';
import { userShape } from './users.ts';

export function simplePullShape(world: World, pull: Pull) {
  const { issue } = pull;
  const { repo } = issue;
  const url = `${repoUrl(world, repo)}/pulls/${issue.number}`;
  const html = issueHtml(world, issue);
  const links = {
    review_comments_url: `${url}/comments`,
    review_comment_url: `${repoUrl(world, repo)}/pulls/comments{/number}`,
    commits_url: `${url}/commits`,
    comments_url: `${issueUrl(world, issue)}/comments`,
    statuses_url: `${repoUrl(world, repo)}/statuses/${pull.headSha}`,
  };
  const assignees = issue.assignees.map((user) => userShape(world, user));
  return {
    url,
    id: pull.id,
    node_id: pull.nodeId,
    html_url: html,
    diff_url: `${html}.diff`,
    patch_url: `${html}.patch`,
    issue_url: issueUrl(world, issue),
    number: issue.number,
    state: issue.state,
    locked: issue.locked,
    title: issue.title,
    user: userShape(world, issue.author),
    body: issue.body,
    created_at: issue.createdAt,
    updated_at: issue.updatedAt,
    closed_at: issue.closedAt,
    merged_at: pull.mergedAt,
    merge_commit_sha: pull.mergeCommitSha ?? pull.settledMergeability?.mergeSha ?? null,
    assignee: assignees[0] ?? null,
    assignees,
    requested_reviewers: pull.requestedReviewers.map((user) => userShape(world, user)),
    requested_teams: [],
    labels: issue.labels.map((label) => labelShape(world, repo, label)),
    milestone: null,
    draft: pull.draft,
    ...links,
    head: side(world, pull, pull.headRef, pull.headSha),
    base: side(world, pull, pull.baseRef, pull.baseSha),
    _links: {
      self: { href: url },
      html: { href: html },
      issue: { href: issueUrl(world, issue) },
      comments: { href: links.comments_url },
      review_comments: { href: links.review_comments_url },
      review_comment: { href: links.review_comment_url },
      commits: { href: links.commits_url },
      statuses: { href: links.statuses_url },
    },
    author_association: association(repo, issue.author),
    auto_merge: null,
    active_lock_reason: issue.lockReason,
  };
}

const side = (world: World, pull: Pull, ref: string, sha: string) => ({
  label: `${pull.issue.repo.owner.login}:${ref}`,
  ref,
  sha,
  user: userShape(world, pull.issue.repo.owner),
  repo: repositoryShape(world, pull.issue.repo),
});

export function pullShape(world: World, pull: Pull) {
  const known = pull.settledMergeability;
  const merged = pull.mergedAt !== null;
  return {
    ...simplePullShape(world, pull),
    merged,
    mergeable: merged ? null : (known?.mergeable ?? null),
    rebaseable: merged ? null : (known?.mergeable ?? null),
    mergeable_state: mergeableState(pull),
    merged_by: pull.mergedBy === null ? null : userShape(world, pull.mergedBy),
    comments: pull.issue.comments.length,
    review_comments: pull.reviewComments.length,
    maintainer_can_modify: false,
    commits: pull.stats.commits,
    additions: pull.stats.additions,
    deletions: pull.stats.deletions,
    changed_files: pull.stats.changedFiles,
  };
}

function mergeableState(pull: Pull): string {
  if (pull.settledMergeability === null) return 'unknown';
  if (!pull.settledMergeability.mergeable) return 'dirty';
  return pull.draft ? 'draft' : 'clean';
}
