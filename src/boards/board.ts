/** The small contract of a board: where people see an item and are answered. */
import type { Item, Origin } from '#src/core/item.ts';

export interface Board {
  /** Adds a reaction to what was asked; one that is there already is fine. */
  react(item: Item, origin: Origin, content: 'eyes' | 'rocket' | 'confused'): Promise<void>;
  /**
   * Makes the one comment of ours that `body` carries the marker of say `body`.
   * @param known id of the comment when it was made before; without it the board is searched
   * @param search whether it may exist although its id is not known
   * @returns the comment's id
   */
  putComment(
    item: Item,
    at: number,
    body: string,
    marker: string,
    known: number | undefined,
    search: boolean,
  ): Promise<number>;
  /** Puts one agent label on and takes the other ones of `managed` off. */
  setLabels(item: Item, wanted: string[], managed: string[]): Promise<void>;
}
