/** Adds a reaction to what a person asked; GitHub keeps it single by itself. */
import type { Executor } from '../executor.ts';

export const react: Executor<'react'> = async ({ board }, { effect, item }) => {
  await board.react(item, effect.origin, effect.content);
  return { kind: 'done' };
};
