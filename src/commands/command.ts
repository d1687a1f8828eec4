/** What a command is: one file per verb carries its shape and what it asks for; slash comments, CLI and API share them. */
import type { BoardEvent } from '#src/core/event.ts';
import type { CommandShape } from '#src/core/grammar/command-shape.ts';
import type { Origin, Person, Snapshot } from '#src/core/item.ts';

/** One command as given by a person who may give it. */
export interface Call {
  by: Person;
  origin: Origin;
  /** Position among the commands of the same comment. */
  ordinal: number;
  args: Record<string, string>;
  options: Record<string, string | boolean>;
  /** Most that an operator lets one run's models cost, in millionths of a US dollar. */
  mostSpend: number;
  /** Whether anybody asked for work on the item before. */
  askedBefore: boolean;
  /** Whether it was given on a pull request that belongs to no item. */
  onForeignPull: boolean;
  /** The item's text as the comment's event had it. */
  snapshot: () => Promise<Snapshot>;
  /** What stands in the way of starting anything here, and what else people should know. */
  preflight: () => Promise<Pick<Extract<BoardEvent, { type: 'item_requested' }>, 'notes' | 'failure'>>;
}

export interface Command {
  shape: CommandShape;
  perform(call: Call): Promise<BoardEvent>;
}
