/** Reactions: one of each kind per person; GitHub sends no webhook for them. */
import { notFound } from '../failure.ts';
import type { Caller, Reaction, ReactionContent } from '../model.ts';
import { actor, now, type World } from '../world.ts';

/** Anything that can be reacted to. */
export interface Reactable {
  readonly reactions: Reaction[];
}

/** `isNew` is false when this person had reacted so before: GitHub answers 200 and the old one. */
export function react(
  world: World,
  caller: Caller,
  target: Reactable,
  content: ReactionContent,
): { reaction: Reaction; isNew: boolean } {
  const user = actor(caller);
  const existing = target.reactions.find((each) => each.user === user && each.content === content);
  if (existing !== undefined) return { reaction: existing, isNew: false };
  const reaction = {
    id: world.ids.next(),
    nodeId: world.ids.node('REA'),
    user,
    content,
    createdAt: now(world),
  };
  target.reactions.push(reaction);
  return { reaction, isNew: true };
}

export function removeReaction(caller: Caller, target: Reactable, id: number): void {
  const index = target.reactions.findIndex((each) => each.id === id && each.user === caller.user);
  if (index < 0) throw notFound();
  target.reactions.splice(index, 1);
}
