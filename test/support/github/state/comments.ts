/** Comments on issues and on the conversation of pull requests. */
import { hasRole } from '../access.ts';
import { forbidden, invalid, notFound } from '../failure.ts';
import type { Caller, Comment, Issue, Repo } from '../model.ts';
import { commentShape } from '../shapes/comments.ts';
import { issueShape } from '../shapes/issues.ts';
import { actor, now, type World } from '../world.ts';
import { touch } from './issue-events.ts';
import { checkText, demandUnlocked } from './issues.ts';

export function createComment(world: World, caller: Caller, issue: Issue, body: string): Comment {
  demandUnlocked(caller, issue);
  checkBody(body);
  const at = now(world);
  const comment: Comment = {
    id: world.ids.next(),
    nodeId: world.ids.node('IC'),
    issue,
    author: actor(caller),
    app: caller.app,
    body,
    reactions: [],
    createdAt: at,
    updatedAt: at,
  };
  issue.comments.push(comment);
  touch(world, issue);
  announce(world, caller, comment, 'created');
  return comment;
}

export function editComment(world: World, caller: Caller, comment: Comment, body: string): void {
  demandOwner(caller, comment);
  checkBody(body);
  const changes = { body: { from: comment.body } };
  comment.body = body;
  comment.updatedAt = now(world);
  announce(world, caller, comment, 'edited', { changes });
}

export function deleteComment(world: World, caller: Caller, comment: Comment): void {
  demandOwner(caller, comment);
  comment.issue.comments = comment.issue.comments.filter((each) => each !== comment);
  announce(world, caller, comment, 'deleted');
}

export function commentOf(repo: Repo, id: number): Comment {
  for (const issue of repo.issues.values()) {
    const found = issue.deleted ? undefined : issue.comments.find((comment) => comment.id === id);
    if (found !== undefined) return found;
  }
  throw notFound();
}

function checkBody(body: string): void {
  if (body.trim() === '') throw invalid({ resource: 'IssueComment', code: 'missing_field', field: 'body' });
  checkText('IssueComment', { body });
}

/** An app may change its own comments; other people's need write access of a person. */
function demandOwner(caller: Caller, comment: Comment): void {
  if (caller.user?.id === comment.author.id || hasRole(caller, comment.issue.repo, 'write')) return;
  throw forbidden('Must have admin rights to Repository.');
}

function announce(world: World, caller: Caller, comment: Comment, action: string, extra = {}): void {
  const { issue } = comment;
  world.announce({
    event: 'issue_comment',
    action,
    repo: issue.repo,
    sender: actor(caller),
    body: { issue: issueShape(world, issue), comment: commentShape(world, comment), ...extra },
  });
}
