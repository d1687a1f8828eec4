/** Comments on issues and pull request conversations. */
import type { Comment } from '../../model.ts';
import { commentShape } from '../../shapes/comments.ts';
import { commentOf, createComment, deleteComment, editComment } from '../../state/comments.ts';
import {
  type Call,
  created,
  demand,
  input,
  issueAt,
  noContent,
  number,
  ok,
  page,
  type Route,
  repoOf,
  route,
} from '../route.ts';

/** A comment on a pull request needs that permission, one on an issue the other. */
export function commentAt(call: Call, level: 'read' | 'write'): Comment {
  const repo = repoOf(call, ['metadata', 'read']);
  const comment = commentOf(repo, number(call, 'comment_id'));
  demand(call, repo, [[comment.issue.pull === null ? 'issues' : 'pull_requests', level]]);
  return comment;
}

const since = (call: Call): number =>
  call.query['since'] === undefined ? 0 : Date.parse(String(call.query['since']));

export const commentRoutes: readonly Route[] = [
  route('GET', '/repos/{owner}/{repo}/issues/{issue_number}/comments', (call) => {
    const { comments } = issueAt(call, 'read');
    const recent = comments.filter((each) => Date.parse(each.updatedAt) >= since(call));
    return page(call, recent, (comment) => commentShape(call.world, comment));
  }),
  route('POST', '/repos/{owner}/{repo}/issues/{issue_number}/comments', (call) => {
    const issue = issueAt(call, 'write');
    const comment = createComment(call.world, call.caller, issue, input<{ body: string }>(call).body);
    return created(commentShape(call.world, comment));
  }),
  route('GET', '/repos/{owner}/{repo}/issues/comments', (call) => {
    const repo = repoOf(call, ['issues', 'read'], ['pull_requests', 'read']);
    const all = [...repo.issues.values()]
      .filter((issue) => !issue.deleted)
      .flatMap((issue) => issue.comments);
    const recent = all.filter((each) => Date.parse(each.updatedAt) >= since(call));
    return page(call, recent, (comment) => commentShape(call.world, comment));
  }),
  route('GET', '/repos/{owner}/{repo}/issues/comments/{comment_id}', (call) =>
    ok(commentShape(call.world, commentAt(call, 'read'))),
  ),
  route('PATCH', '/repos/{owner}/{repo}/issues/comments/{comment_id}', (call) => {
    const comment = commentAt(call, 'write');
    editComment(call.world, call.caller, comment, input<{ body: string }>(call).body);
    return ok(commentShape(call.world, comment));
  }),
  route('DELETE', '/repos/{owner}/{repo}/issues/comments/{comment_id}', (call) => {
    deleteComment(call.world, call.caller, commentAt(call, 'write'));
    return noContent;
  }),
];
