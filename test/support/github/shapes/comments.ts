/** Issue comments as GitHub shows them. */
import type { Comment } from '../model.ts';
import type { World } from '../world.ts';
import { appShape } from './apps.ts';
import { association } from './associations.ts';
import { issueHtml, issueUrl } from './issues.ts';
import { reactionCounts } from './reactions.ts';
import { repoUrl } from './repositories.ts';
import { userShape } from './users.ts';

export function commentShape(world: World, comment: Comment) {
  const { issue } = comment;
  const url = `${repoUrl(world, issue.repo)}/issues/comments/${comment.id}`;
  return {
    url,
    html_url: `${issueHtml(world, issue)}#issuecomment-${comment.id}`,
    issue_url: issueUrl(world, issue),
    id: comment.id,
    node_id: comment.nodeId,
    user: userShape(world, comment.author),
    created_at: comment.createdAt,
    updated_at: comment.updatedAt,
    author_association: association(issue.repo, comment.author),
    body: comment.body,
    reactions: reactionCounts(url, comment.reactions),
    performed_via_github_app: comment.app === null ? null : appShape(world, comment.app),
  };
}
