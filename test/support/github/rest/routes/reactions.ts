/** Reactions on issues, their comments, and inline comments. */
import type { ReactionContent } from '../../model.ts';
import { reactionShape } from '../../shapes/reactions.ts';
import { type Reactable, react, removeReaction } from '../../state/reactions.ts';
import { reviewCommentOf } from '../../state/reviews.ts';
import { pullsOf } from '../../world.ts';
import { type Call, input, issueAt, noContent, number, page, type Route, repoOf, route } from '../route.ts';
import { commentAt } from './comments.ts';

type Find = (call: Call, level: 'read' | 'write') => Reactable;

function reactionsUnder(template: string, find: Find): Route[] {
  return [
    route('GET', `${template}/reactions`, (call) => {
      const { content } = call.query;
      const all = find(call, 'read').reactions.filter(
        (each) => content === undefined || each.content === content,
      );
      return page(call, all, (reaction) => reactionShape(call.world, reaction));
    }),
    route('POST', `${template}/reactions`, (call) => {
      const { content } = input<{ content: ReactionContent }>(call);
      const { reaction, isNew } = react(call.world, call.caller, find(call, 'write'), content);
      return { status: isNew ? 201 : 200, body: reactionShape(call.world, reaction) };
    }),
    route('DELETE', `${template}/reactions/{reaction_id}`, (call) => {
      removeReaction(call.caller, find(call, 'write'), number(call, 'reaction_id'));
      return noContent;
    }),
  ];
}

const reviewCommentAt: Find = (call, level) =>
  reviewCommentOf(pullsOf(repoOf(call, ['pull_requests', level])), number(call, 'comment_id'));

export const reactionRoutes: readonly Route[] = [
  ...reactionsUnder('/repos/{owner}/{repo}/issues/{issue_number}', issueAt),
  ...reactionsUnder('/repos/{owner}/{repo}/issues/comments/{comment_id}', commentAt),
  ...reactionsUnder('/repos/{owner}/{repo}/pulls/comments/{comment_id}', reviewCommentAt),
];
