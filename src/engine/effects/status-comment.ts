/** Writes the item's one status comment as its facts are now: made once, edited ever after. */
import { statusComment as words } from '../../messages/status-comment.ts';
import type { Executor } from '../executor.ts';
import { itemMarker } from '../markers.ts';
import { statusView } from '../status-view.ts';

export const statusComment: Executor<'status-comment'> = async (context, { item, again, receipt }) => {
  if (item.generation === 0) return { kind: 'dropped', reason: 'nobody asked for this item' };
  const marker = itemMarker(context, 'status', item);
  const body = context.secrets.redact(words({ ...(await statusView(context, item)), marker }));
  const known = isReceipt(receipt) ? receipt.comment : undefined;
  const comment = await context.board.putComment(item, item.number, body, marker, known, again);
  return { kind: 'done', receipt: { comment } };
};

function isReceipt(receipt: unknown): receipt is { comment: number } {
  return typeof receipt === 'object' && receipt !== null && 'comment' in receipt;
}
