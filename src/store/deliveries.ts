/** Deliveries on their way from the inbox into the webhook handlers. */
import type { Encoding } from './compression.ts';
import type { Executor } from './open.ts';

export interface PendingDelivery {
  guid: string;
  event: string;
  /** As it lies there; `decompress` has what came. */
  body: Buffer;
  encoding: Encoding;
  attempts: number;
}

/** Deliveries that are due, oldest first; of one instant in the order of their arrival. */
export async function pendingDeliveries(
  db: Executor,
  source: string,
  now: number,
  most: number,
): Promise<PendingDelivery[]> {
  return db
    .selectFrom('deliveries')
    .select(['guid', 'event', 'body', 'encoding', 'attempts'])
    .where('state', '=', 'pending')
    .where('source', '=', source)
    .where('not_before', '<=', now)
    .orderBy('received_at')
    .orderBy('seq')
    .limit(most)
    .execute();
}

/** When the next postponed delivery is due; undefined when none waits. */
export async function nextDelivery(db: Executor): Promise<number | undefined> {
  const row = await db
    .selectFrom('deliveries')
    .select((eb) => eb.fn.min('not_before').as('at'))
    .where('state', '=', 'pending')
    .executeTakeFirst();
  return row?.at ?? undefined;
}

export async function deliveryDone(db: Executor, guid: string): Promise<void> {
  await db.updateTable('deliveries').set({ state: 'done', error: null }).where('guid', '=', guid).execute();
}

export async function deliveryFailed(
  db: Executor,
  guid: string,
  error: string,
  again: number | undefined,
): Promise<void> {
  await db
    .updateTable('deliveries')
    .set((eb) => ({
      error,
      attempts: eb('attempts', '+', 1),
      ...(again === undefined ? { state: 'failed' as const } : { not_before: again }),
    }))
    .where('guid', '=', guid)
    .execute();
}

/** SQLite takes some thousand values in a query; this stays well below. */
const guidsAtOnce = 500;

/** Those of the GUIDs that never came. */
export async function unknownGuids(db: Executor, guids: readonly string[]): Promise<Set<string>> {
  const unknown = new Set(guids);
  for (let from = 0; from < guids.length; from += guidsAtOnce) {
    const rows = await db
      .selectFrom('deliveries')
      .select('guid')
      .where('guid', 'in', guids.slice(from, from + guidsAtOnce))
      .execute();
    for (const { guid } of rows) unknown.delete(guid);
  }
  return unknown;
}
