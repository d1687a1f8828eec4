/** Reactions: one of them, and the counts that hang on issues and comments. */
import type { Reaction, ReactionContent } from '../model.ts';
import type { World } from '../world.ts';
import { userShape } from './users.ts';

export const REACTIONS: readonly ReactionContent[] = [
  '+1',
  '-1',
  'laugh',
  'hooray',
  'confused',
  'heart',
  'rocket',
  'eyes',
];

export const reactionShape = (world: World, reaction: Reaction) => ({
  id: reaction.id,
  node_id: reaction.nodeId,
  user: userShape(world, reaction.user),
  content: reaction.content,
  created_at: reaction.createdAt,
});

export function reactionCounts(url: string, reactions: readonly Reaction[]) {
  const count = (content: ReactionContent) => reactions.filter((each) => each.content === content).length;
  return {
    url: `${url}/reactions`,
    total_count: reactions.length,
    ...(Object.fromEntries(REACTIONS.map((content) => [content, count(content)])) as Record<
      ReactionContent,
      number
    >),
  };
}
