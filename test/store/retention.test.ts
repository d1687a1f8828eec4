/** Old rows go in small steps; what somebody may still look for stays, however old it is. */
import { sql } from 'kysely';
import { beforeEach, describe, expect, test } from 'vitest';
import type { ShimEvent } from '#runners/shim/protocol.ts';
import { type EffectBody, effect } from '#src/core/effect.ts';
import type { Item } from '#src/core/item.ts';
import { deliveryDone, deliveryFailed } from '#src/store/deliveries.ts';
import { drop, intend } from '#src/store/effects.ts';
import { addEvents, eventsDone } from '#src/store/events.ts';
import { saveItem } from '#src/store/items.ts';
import type { Db } from '#src/store/open.ts';
import {
  forgetDeliveries,
  forgetEffects,
  forgetEvents,
  forgetRun,
  forgettableRuns,
  forgetWordsOfRun,
} from '#src/store/retention.ts';
import { addMessage, appendRunEvents, assignRun, setRunState } from '#src/store/runs.ts';
import { anItem, origin } from '#test/support/builders.ts';
import { scratchStore } from './scratch.ts';

const [old, border, young] = [10, 50, 90];

let db: Db;
beforeEach(async () => {
  ({ db } = await scratchStore());
});

const rows = async (table: 'deliveries' | 'events' | 'effects' | 'runs', column: string) =>
  (await db.selectFrom(table).selectAll().execute())
    .map((row) => String((row as Record<string, unknown>)[column]))
    .toSorted();

const done: Partial<Item> = { generation: 1, outcome: { kind: 'no_change' } };
const inReview: Partial<Item> = {
  generation: 1,
  change: { branch: 'b', head: 'c', commits: 1, pull: { number: 4, url: '', draft: false, state: 'open' } },
};

async function item(id: string, over: Partial<Item>): Promise<Item> {
  const made = anItem({ id, nodeId: id, ...over });
  await saveItem(db, made, old);
  return made;
}

describe('deliveries', () => {
  const delivered = (guid: string, at: number) =>
    db
      .insertInto('deliveries')
      .values({
        guid,
        source: 'github',
        event: 'issues',
        body: Buffer.from('{}'),
        received_at: at,
        error: null,
      })
      .execute();

  test('that were dealt with go once they are old, a few at a time', async () => {
    for (const guid of ['old-done', 'old-failed', 'old-pending']) await delivered(guid, old);
    await delivered('new-done', young);
    for (const guid of ['old-done', 'new-done']) await deliveryDone(db, guid);
    await deliveryFailed(db, 'old-failed', 'no', undefined);
    expect(await forgetDeliveries(db, border, 1)).toBe(1);
    expect(await forgetDeliveries(db, border, 5)).toBe(1);
    expect(await forgetDeliveries(db, border, 5)).toBe(0);
    expect(await rows('deliveries', 'guid')).toEqual(['new-done', 'old-pending']);
  });

  test('are found by an index: bodies are long, and most of them are not old', async () => {
    const plan = await sql<{ detail: string }>`explain query plan select seq from deliveries
      where state <> 'pending' and received_at < ${border} order by received_at limit 5`.execute(db);
    expect(plan.rows.map(({ detail }) => detail).join()).toContain('deliveries_settled');
  });
});

describe('runs', () => {
  async function run(
    id: string,
    of: Item,
    over: { at?: number; state?: 'finished' | 'over'; workspace?: string } = {},
  ) {
    const { at = old, state = 'over', workspace = id } = over;
    const row = { id, item: of.id, epoch: 1, workspace, assignment: {} as never, spec: {} as never };
    await assignRun(db, { ...row, deadline: at }, at);
    await setRunState(db, id, state);
  }

  test('that ended long ago can go, the oldest first', async () => {
    const it = await item('i', done);
    await run('late', it, { at: old + 1 });
    await run('early', it);
    await run('recent', it, { at: young });
    await run('not-over', it, { state: 'finished' });
    expect(await forgettableRuns(db, border, 5)).toEqual(['early', 'late']);
    expect(await forgettableRuns(db, border, 1)).toEqual(['early']);
  });

  test('stay while they are the latest of an item that is not finished', async () => {
    const of = (id: string) => ({ ...inReview, run: { id, phase: 'ended' } as never });
    const reviewed = await item('i', of('latest'));
    await run('latest', reviewed);
    await run('earlier', reviewed);
    expect(await forgettableRuns(db, border, 5)).toEqual(['earlier']);
  });

  test('stay while a workspace that is still used has their name', async () => {
    const waiting = await item('i', { ...inReview, run: { id: 'latest', phase: 'ended' } as never });
    await run('latest', waiting, { workspace: 'first' });
    await run('first', waiting);
    await run('second', waiting, { workspace: 'first' });
    expect(await forgettableRuns(db, border, 5)).toEqual(['second']);
  });

  test('stay while their item has something to send', async () => {
    const it = await item('i', done);
    await run('r', it);
    await intend(db, it.id, [effect(it, { kind: 'clean-run', run: 'r' })], old);
    expect(await forgettableRuns(db, border, 5)).toEqual([]);
  });

  test('go with all they said and were told, in steps, and others keep theirs', async () => {
    const it = await item('i', done);
    for (const id of ['r', 's']) {
      await run(id, it);
      const said = (seq: number): ShimEvent => ({ seq, at: '', type: 'message', text: 'x' });
      await appendRunEvents(db, id, 0, [said(1), said(2), said(3)], old);
      await db.insertInto('tool_calls').values({ run: id, tool: 't', at: old, body: '{}' }).execute();
      await addMessage(db, id, `${id}/1`, { type: 'poke', text: 'go', from: 'alice' });
    }
    expect(await forgetWordsOfRun(db, 'r', 2)).toBe(2);
    expect(await forgetWordsOfRun(db, 'r', 2)).toBe(2);
    expect(await forgetWordsOfRun(db, 'r', 2)).toBe(0);
    await forgetRun(db, 'r');
    const left = async (table: 'run_events' | 'run_messages' | 'tool_calls') =>
      (await db.selectFrom(table).select('run').execute()).map(({ run: of }) => of);
    expect(await left('run_events')).toEqual(['s', 's', 's']);
    expect(await left('tool_calls')).toEqual(['s']);
    expect(await left('run_messages')).toEqual(['s']);
    expect(await rows('runs', 'id')).toEqual(['s']);
  });
});

describe('events', () => {
  test('go when they were decided long ago; what a scan finds again stays', async () => {
    const { id } = await item('i', done);
    const event = { type: 'item_reopened' as const };
    const known = ['guid/0/0', 'scan/I_1/77/0/0', 'run/r/finished'];
    await addEvents(
      db,
      known.map((one) => ({ id: one, item: id, event })),
      old,
    );
    await eventsDone(db, [1, 2, 3]);
    await addEvents(db, [{ id: 'undecided', item: id, event }], old);
    await addEvents(db, [{ id: 'young', item: id, event }], young);
    await eventsDone(db, [5]);
    expect(await forgetEvents(db, 0, border, 2)).toEqual({ at: 2, forgotten: 1 });
    expect(await forgetEvents(db, 2, border, 9)).toEqual({ at: 5, forgotten: 1 });
    expect(await forgetEvents(db, 5, border, 9)).toEqual({ at: undefined, forgotten: 0 });
    expect(await rows('events', 'id')).toEqual(['scan/I_1/77/0/0', 'undecided', 'young']);
  });
});

describe('effects', () => {
  const publish: EffectBody = { kind: 'publish', run: 'r' };
  const comment: EffectBody = { kind: 'status-comment' };

  async function happened(of: Item, bodies: EffectBody[], at: number): Promise<void> {
    const effects = bodies.map((body) => effect(of, body));
    await intend(db, of.id, effects, at);
    for (const { key } of effects) await drop(db, key, 'over', at);
  }

  test('go when they are over for long; the row of what is kept as it should be stays', async () => {
    const it = await item('i', done);
    await happened(it, [publish, comment], old);
    await happened(it, [{ kind: 'react', origin, content: 'eyes' }], young);
    expect(await forgetEffects(db, 0, border, 9)).toEqual({ at: 3, forgotten: 1 });
    expect(await forgetEffects(db, 3, border, 9)).toEqual({ at: undefined, forgotten: 0 });
    expect(await rows('effects', 'kind')).toEqual(['react', 'status-comment']);
  });

  test('stay while their item is not finished, or has something to send', async () => {
    await happened(await item('i', inReview), [publish], old);
    const sending = await item('j', done);
    await happened(sending, [publish], old);
    await intend(db, 'j', [effect(sending, { kind: 'clean-run', run: 'r' })], old);
    expect((await forgetEffects(db, 0, border, 9)).forgotten).toBe(0);
    await saveItem(db, anItem({ id: 'i', nodeId: 'i', ...done }), old);
    expect((await forgetEffects(db, 0, border, 9)).forgotten).toBe(1);
  });
});
