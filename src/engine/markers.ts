/** Markers of our own comments and pull requests: hidden, and worth nothing without the HMAC and the App as author. */
import { createHmac } from 'node:crypto';
import type { Item } from '../core/item.ts';
import { marker } from '../core/text/marker.ts';
import type { Context } from './context.ts';

/**
 * The marker by which the one thing of this kind is found again. It names the issue as GitHub counts it, so that a
 * database restored from before the item was known finds it too.
 */
export function itemMarker(
  { markerKey }: Pick<Context, 'markerKey'>,
  kind: string,
  { repo, number }: Pick<Item, 'repo' | 'number'>,
  part = '',
): string {
  const id = `${repo.id}/${number}${part}`;
  const mac = createHmac('sha256', markerKey).update(`${kind}\n${id}`).digest('hex').slice(0, 32);
  return marker(kind, id, mac);
}
