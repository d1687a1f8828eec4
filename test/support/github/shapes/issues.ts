/** Issues as GitHub shows them; a pull request is an issue with a `pull_request` part. */
import type { Issue } from '../model.ts';
import { allIssues, type World } from '../world.ts';
import { appShape } from './apps.ts';
import { association } from './associations.ts';
import { labelShape } from './labels.ts';
import { reactionCounts } from './reactions.ts';
import { repoHtml, repoUrl } from './repositories.ts';
import { userShape } from './users.ts';

export const issueUrl = (world: World, issue: Issue): string =>
  `${repoUrl(world, issue.repo)}/issues/${issue.number}`;

export const issueHtml = (world: World, issue: Issue): string =>
  `${repoHtml(world, issue.repo)}/${issue.pull === null ? 'issues' : 'pull'}/${issue.number}`;

export function issueShape(world: World, issue: Issue) {
  const url = issueUrl(world, issue);
  const assignees = issue.assignees.map((user) => userShape(world, user));
  return {
    url,
    repository_url: repoUrl(world, issue.repo),
    labels_url: `${url}/labels{/name}`,
    comments_url: `${url}/comments`,
    events_url: `${url}/events`,
    html_url: issueHtml(world, issue),
    id: issue.id,
    node_id: issue.pull?.nodeId ?? issue.nodeId,
    number: issue.number,
    title: issue.title,
    user: userShape(world, issue.author),
    labels: issue.labels.map((label) => labelShape(world, issue.repo, label)),
    state: issue.state,
    locked: issue.locked,
    assignee: assignees[0] ?? null,
    assignees,
    milestone: null,
    comments: issue.comments.length,
    created_at: issue.createdAt,
    updated_at: issue.updatedAt,
    closed_at: issue.closedAt,
    author_association: association(issue.repo, issue.author),
    type: null,
    active_lock_reason: issue.lockReason,
    draft: issue.pull?.draft ?? false,
    ...(issue.pull === null ? {} : { pull_request: pullPart(world, issue) }),
    body: issue.body,
    closed_by: issue.closedBy === null ? null : userShape(world, issue.closedBy),
    reactions: reactionCounts(url, issue.reactions),
    timeline_url: `${url}/timeline`,
    performed_via_github_app: issue.app === null ? null : appShape(world, issue.app),
    state_reason: issue.stateReason,
    ...(issue.pull === null ? summaries(world, issue) : {}),
    ...(issue.parent === null ? {} : { parent_issue_url: issueUrl(world, issue.parent) }),
  };
}

function pullPart(world: World, issue: Issue) {
  const html = issueHtml(world, issue);
  return {
    url: `${repoUrl(world, issue.repo)}/pulls/${issue.number}`,
    html_url: html,
    diff_url: `${html}.diff`,
    patch_url: `${html}.patch`,
    merged_at: issue.pull?.mergedAt ?? null,
  };
}

function summaries(world: World, issue: Issue) {
  const total = issue.subIssues.length;
  const completed = issue.subIssues.filter((each) => each.state === 'closed').length;
  const blocked = [...allIssues(world)].filter((each) => each.blockedBy.includes(issue));
  return {
    sub_issues_summary: {
      total,
      completed,
      percent_completed: total === 0 ? 0 : Math.floor((completed / total) * 100),
    },
    issue_dependencies_summary: {
      blocked_by: issue.blockedBy.filter((each) => each.state === 'open').length,
      total_blocked_by: issue.blockedBy.length,
      blocking: issue.state === 'open' ? blocked.length : 0,
      total_blocking: blocked.length,
    },
  };
}
