/** Reviews and inline comments as GitHub shows them. */
import type { Review, ReviewComment } from '../model.ts';
import type { World } from '../world.ts';
import { association } from './associations.ts';
import { issueHtml } from './issues.ts';
import { reactionCounts } from './reactions.ts';
import { repoUrl } from './repositories.ts';
import { userShape } from './users.ts';

export function reviewShape(world: World, review: Review) {
  const { issue } = review.pull;
  const html = `${issueHtml(world, issue)}#pullrequestreview-${review.id}`;
  const pull = `${repoUrl(world, issue.repo)}/pulls/${issue.number}`;
  return {
    id: review.id,
    node_id: review.nodeId,
    user: userShape(world, review.author),
    body: review.body,
    state: review.state,
    html_url: html,
    pull_request_url: pull,
    author_association: association(issue.repo, review.author),
    _links: { html: { href: html }, pull_request: { href: pull } },
    ...(review.submittedAt === null ? {} : { submitted_at: review.submittedAt }),
    commit_id: review.commitSha,
  };
}

export function reviewCommentShape(world: World, comment: ReviewComment) {
  const { issue } = comment.pull;
  const base = repoUrl(world, issue.repo);
  const url = `${base}/pulls/comments/${comment.id}`;
  const html = `${issueHtml(world, issue)}#discussion_r${comment.id}`;
  const pull = `${base}/pulls/${issue.number}`;
  const outdated = comment.commitSha !== comment.pull.headSha;
  return {
    url,
    pull_request_review_id: comment.review.id,
    id: comment.id,
    node_id: comment.nodeId,
    diff_hunk: comment.diffHunk,
    path: comment.path,
    commit_id: comment.pull.headSha,
    original_commit_id: comment.commitSha,
    user: userShape(world, comment.author),
    body: comment.body,
    created_at: comment.createdAt,
    updated_at: comment.updatedAt,
    html_url: html,
    pull_request_url: pull,
    author_association: association(issue.repo, comment.author),
    _links: { self: { href: url }, html: { href: html }, pull_request: { href: pull } },
    reactions: reactionCounts(url, comment.reactions),
    start_line: comment.startLine,
    original_start_line: comment.startLine,
    start_side: comment.startLine === null ? null : comment.side,
    line: outdated ? null : comment.line,
    original_line: comment.line,
    side: comment.side,
    ...(comment.inReplyTo === null ? {} : { in_reply_to_id: comment.inReplyTo.id }),
    original_position: comment.position,
    position: outdated ? null : comment.position,
    subject_type: comment.subjectType,
  };
}
