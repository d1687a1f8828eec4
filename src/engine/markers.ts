/** Markers of our own comments: hidden, and worth nothing without the HMAC and the App as author. */
import { createHmac } from 'node:crypto';
import { marker } from '../core/text/marker.ts';
import type { Context } from './context.ts';

/** The marker by which the one comment of this kind and id is found again. */
export function signedMarker({ markerKey }: Pick<Context, 'markerKey'>, kind: string, id: string): string {
  const mac = createHmac('sha256', markerKey).update(`${kind}\n${id}`).digest('hex').slice(0, 32);
  return marker(kind, id, mac);
}
