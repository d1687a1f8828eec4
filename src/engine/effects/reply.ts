/** Answers a command with a new comment where it was given; a repeated attempt finds the first one. */
import { commands } from '../../commands/registry.ts';
import type { Reply } from '../../core/event.ts';
import type { Item } from '../../core/item.ts';
import { commandError, helpComment, pokeNothingRuns, statusReply } from '../../messages/replies.ts';
import type { Context } from '../context.ts';
import type { Executor } from '../executor.ts';
import { signedMarker } from '../markers.ts';
import { statusView } from '../status-view.ts';

export const reply: Executor<'reply'> = async (context, { effect, item, again }) => {
  const { origin, ordinal } = effect;
  const marker = signedMarker(context, 'reply', `${item.id}/${origin.comment ?? origin.number}/${ordinal}`);
  const body = `${await words(context, item, effect.reply)}\n\n${marker}`;
  await context.board.putComment(item, origin.number, body, marker, undefined, again);
  return { kind: 'done' };
};

async function words(context: Context, item: Item, said: Reply): Promise<string> {
  switch (said.kind) {
    case 'help':
      return helpComment(commands.map((command) => command.shape));
    case 'status':
      return statusReply(item.generation === 0 ? undefined : await statusView(context, item));
    case 'nothing_running':
      return pokeNothingRuns({ key: item.key, ...(item.change?.pull ? { pull: item.change.pull } : {}) });
    case 'command_error':
      return commandError(said);
  }
}
