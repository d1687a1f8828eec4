/** The ledger: every intended write to the outside, from intended over sent to confirmed. */
import { sql } from 'kysely';
import type { Effect, EffectKind } from '#src/core/effect.ts';
import type { Executor } from './open.ts';

export interface LedgerRow {
  key: string;
  item: string;
  lane: string;
  effect: Effect;
  version: number;
  attempts: number;
  /** It may have been sent before: look before sending again. */
  sentBefore: boolean;
  receipt: unknown;
  notBefore: number;
}

const open = ['intended', 'sent'] as const;

/** Records intentions. A level effect that exists is armed again, behind what its lane already holds. */
export async function intend(db: Executor, item: string, effects: Effect[], now: number): Promise<void> {
  for (const effect of effects) {
    const next = sql<number>`(select coalesce(max(seq), 0) + 1 from effects)`;
    const notBefore = 'pause' in effect && effect.pause ? now + effect.pause : 0;
    const row = {
      seq: next,
      item,
      lane: effect.lane,
      kind: effect.kind,
      body: JSON.stringify(effect),
      updated_at: now,
    };
    await db
      .insertInto('effects')
      .values({ key: effect.key, state: 'intended', not_before: notBefore, ...row })
      .onConflict((oc) => {
        const conflict = oc.column('key');
        if (!effect.level) return conflict.doNothing();
        return conflict.doUpdateSet((eb) => ({
          ...row,
          // What may have been sent already is still looked for.
          state: sql<'intended' | 'sent'>`case when effects.state = 'sent' then 'sent' else 'intended' end`,
          version: eb('effects.version', '+', 1),
          attempts: 0,
          // One that waits already waits no longer for what is added to it.
          not_before: sql<number>`case when effects.state = 'confirmed' or effects.not_before > ${notBefore}
            then ${notBefore} else effects.not_before end`,
        }));
      })
      .execute();
  }
}

/** Arms a level effect again, not before a time, also while it is being sent; one that waits already is left as it is. */
export async function rearm(db: Executor, key: string, notBefore: number, now: number): Promise<void> {
  await db
    .updateTable('effects')
    .set((eb) => ({
      state: sql<'intended' | 'sent'>`case when state = 'sent' then 'sent' else 'intended' end`,
      version: eb('version', '+', 1),
      not_before: notBefore,
      updated_at: now,
      attempts: 0,
    }))
    .where('key', '=', key)
    .where(({ or, and, eb }) =>
      or([eb('state', '=', 'confirmed'), and([eb('state', '=', 'sent'), eb('not_before', '<=', now)])]),
    )
    .execute();
}

/**
 * The first open effect of every lane of every item, whether it is due or not. One that was armed for later holds up nothing:
 * what comes behind it is a head as well.
 */
export async function laneHeads(db: Executor, now: number): Promise<LedgerRow[]> {
  const rows = await db
    .selectFrom('effects')
    .select(['key', 'item', 'lane', 'body', 'version', 'attempts', 'state', 'receipt', 'not_before'])
    .where('state', 'in', open)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('effects as earlier')
            .select('earlier.key')
            .whereRef('earlier.item', '=', 'effects.item')
            .whereRef('earlier.lane', '=', 'effects.lane')
            .whereRef('earlier.seq', '<', 'effects.seq')
            .where('earlier.state', 'in', open)
            .where(({ or, eb }) => or([eb('earlier.attempts', '>', 0), eb('earlier.not_before', '<=', now)])),
        ),
      ),
    )
    .orderBy('seq')
    .execute();
  return rows.map((row) => ({
    key: row.key,
    item: row.item,
    lane: row.lane,
    effect: JSON.parse(row.body) as Effect,
    version: row.version,
    attempts: row.attempts,
    sentBefore: row.state === 'sent',
    receipt: row.receipt === null ? undefined : JSON.parse(row.receipt),
    notBefore: row.not_before,
  }));
}

export async function markSent(db: Executor, key: string, now: number): Promise<void> {
  await db
    .updateTable('effects')
    .set((eb) => ({ state: 'sent', attempts: eb('attempts', '+', 1), updated_at: now }))
    .where('key', '=', key)
    .execute();
}

/** Confirms the version that was sent; a level effect that was armed meanwhile stays open. */
export async function confirm(db: Executor, row: LedgerRow, receipt: unknown, now: number): Promise<void> {
  const kept = receipt === undefined ? {} : { receipt: JSON.stringify(receipt) };
  await db
    .updateTable('effects')
    .set({ ...kept, error: null, updated_at: now })
    .where('key', '=', row.key)
    .execute();
  await db
    .updateTable('effects')
    .set({ state: 'confirmed' })
    .where('key', '=', row.key)
    .where('version', '=', row.version)
    .execute();
}

/** Leaves the effect open for another try; without a receipt it keeps the one it has. */
export async function postpone(
  db: Executor,
  key: string,
  until: number,
  error: string,
  now: number,
  receipt?: unknown,
): Promise<void> {
  const kept = receipt === undefined ? {} : { receipt: JSON.stringify(receipt) };
  await db
    .updateTable('effects')
    .set({ ...kept, not_before: until, error, updated_at: now })
    .where('key', '=', key)
    .execute();
}

/** Gives an effect up; the reason stays in the row. @param again milliseconds after which it is taken up once more */
export async function drop(
  db: Executor,
  key: string,
  error: string,
  now: number,
  again?: number,
): Promise<void> {
  const notBefore = again === undefined ? 0 : now + again;
  await db
    .updateTable('effects')
    .set({ state: 'dropped', not_before: notBefore, error, updated_at: now })
    .where('key', '=', key)
    .execute();
}

/** Whether anything of an item is still to be sent. @param kind only effects of this kind count */
export async function hasOpenEffects(db: Executor, item: string, kind?: EffectKind): Promise<boolean> {
  const row = await db
    .selectFrom('effects')
    .select('key')
    .where('item', '=', item)
    .where('state', 'in', open)
    .$if(kind !== undefined, (query) => query.where('kind', '=', kind as EffectKind))
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** Runs whose launch is under way or still to come. */
export async function launchingRuns(db: Executor): Promise<Set<string>> {
  const rows = await db
    .selectFrom('effects')
    .select('body')
    .where('kind', '=', 'launch-run')
    .where('state', 'in', open)
    .execute();
  return new Set(rows.map(({ body }) => (JSON.parse(body) as Effect & { kind: 'launch-run' }).run));
}

/** The first open effect of some lanes that was tried and put off, with the reason. */
export async function firstPutOff(
  db: Executor,
  item: string,
  lanes: string[],
): Promise<{ error: string; notBefore: number } | undefined> {
  const row = await db
    .selectFrom('effects')
    .select(['error', 'not_before'])
    .where('item', '=', item)
    .where('lane', 'in', lanes)
    .where('state', 'in', open)
    .where('error', 'is not', null)
    .orderBy('seq')
    .limit(1)
    .executeTakeFirst();
  return row?.error ? { error: row.error, notBefore: row.not_before } : undefined;
}
