/** Answers a command with a new comment where it was given; a repeated attempt finds the first one. */
import { commands } from '../../commands/registry.ts';
import type { Reply } from '../../core/event.ts';
import type { Item } from '../../core/item.ts';
import { agentSaid } from '../../messages/agent-said.ts';
import { whyRefused } from '../../messages/egress.ts';
import { peekReply, promptReply } from '../../messages/peek.ts';
import {
  commandError,
  editedSince,
  helpComment,
  itemClosed,
  nothingRuns,
  nothingToRetry,
  statusReply,
} from '../../messages/replies.ts';
import { whyNot, whyWaiting } from '../../messages/why.ts';
import { refusedHosts } from '../../store/egress.ts';
import type { Context } from '../context.ts';
import type { Executor } from '../executor.ts';
import { itemMarker } from '../markers.ts';
import { peekView, promptView } from '../peek-view.ts';
import { consider } from '../place.ts';
import { saidPart, statusView } from '../status-view.ts';

export const reply: Executor<'reply'> = async (context, { effect, item, again }) => {
  const { origin, ordinal } = effect;
  const marker = itemMarker(context, 'reply', item, `/${origin.comment ?? origin.number}/${ordinal}`);
  const said = context.secrets.redact(await words(context, item, effect.reply));
  const body = `${said}\n\n${marker}`;
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
      return nothingRuns(said.asked, {
        key: item.key,
        ...(item.change?.pull ? { pull: item.change.pull } : {}),
      });
    case 'why': {
      const refused = item.run ? whyRefused(await refusedHosts(context.db, item.run.id)) : '';
      return [await whyWords(context, item), refused].filter(Boolean).join('\n\n');
    }
    case 'peek':
      return said.prompt
        ? promptReply(await promptView(context, item))
        : peekReply(await peekView(context, item));
    case 'closed':
      return itemClosed(item.key);
    case 'nothing_to_retry':
      return nothingToRetry(item.key);
    case 'edited_since':
      return editedSince(said.by);
    case 'command_error':
      return commandError(said);
  }
}

/** The verdict that dispatch would act on; an item that does not wait is described as it stands. */
async function whyWords(context: Context, item: Item): Promise<string> {
  const { verdicts } = await consider(context);
  const verdict = verdicts.find((one) => one.id === item.id);
  const retryAt = item.retryAt === undefined ? undefined : new Date(item.retryAt).toISOString();
  if (verdict) {
    const { said } = await saidPart(context, item);
    return [whyWaiting(verdict, retryAt), said ? agentSaid(said) : ''].filter(Boolean).join('\n\n');
  }
  const stands = statusReply(item.generation === 0 ? undefined : await statusView(context, item));
  return `${whyNot(item.key)}\n\n${stands}`;
}
