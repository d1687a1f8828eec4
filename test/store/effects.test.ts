/** The ledger: order within lanes, once per key, states that are armed again, and what a crash leaves open. */
import { beforeEach, describe, expect, test } from 'vitest';
import { type Effect, type EffectBody, effect } from '#src/core/effect.ts';
import {
  confirm,
  drop,
  intend,
  type LedgerRow,
  laneHeads,
  markSent,
  postpone,
  rearm,
} from '#src/store/effects.ts';
import type { Db } from '#src/store/open.ts';
import { anItem, origin } from '#test/support/builders.ts';
import { scratchStore } from './scratch.ts';

const item = anItem({ generation: 1 });
const launch = effect(item, { kind: 'launch-run', run: 'r' });
const stop = effect(item, { kind: 'stop-run', run: 'r', reason: 'asked' });
const labels = effect(item, { kind: 'set-labels' });
const comment = effect(item, { kind: 'status-comment' });
const eyes = effect(item, { kind: 'react', origin, content: 'eyes' });

let db: Db;
beforeEach(async () => {
  ({ db } = await scratchStore());
});

async function plan(...effects: Effect[]): Promise<void> {
  await intend(db, item.id, effects, 0);
}

async function heads(now = 0): Promise<string[]> {
  return (await laneHeads(db, now)).map((row) => row.effect.kind);
}

async function head(kind: EffectBody['kind']): Promise<LedgerRow> {
  const found = (await laneHeads(db, 0)).find((row) => row.effect.kind === kind);
  if (!found) throw new Error(`${kind} is not at the head of a lane`);
  return found;
}

describe('lanes', () => {
  test('each shows its first open effect only, and lanes do not wait for each other', async () => {
    await plan(launch, labels, stop, eyes, comment);
    expect(await heads()).toEqual(['launch-run', 'set-labels', 'react']);
  });

  test('what was armed for later holds up nothing until then', async () => {
    await plan(comment);
    await confirm(db, await head('status-comment'), undefined, 1);
    await rearm(db, comment.key, 900, 2);
    await plan(eyes);
    expect(await heads(899)).toEqual(['status-comment', 'react']);
    expect(await heads(900)).toEqual(['status-comment']);
  });

  test('what comes next follows when the head is confirmed or dropped, not when it was sent or put off', async () => {
    await plan(launch, stop);
    await markSent(db, launch.key, 1);
    expect(await heads()).toEqual(['launch-run']);
    await postpone(db, launch.key, 99, 'busy', 1);
    expect(await heads()).toEqual(['launch-run']);
    await confirm(db, await head('launch-run'), undefined, 2);
    expect(await heads()).toEqual(['stop-run']);
    await drop(db, stop.key, 'never', 3);
    expect(await heads()).toEqual([]);
  });

  test('items do not wait for each other', async () => {
    const other = anItem({ id: 'item2', generation: 1 });
    await plan(launch);
    await intend(db, other.id, [effect(other, { kind: 'launch-run', run: 'r2' })], 0);
    expect(await heads()).toEqual(['launch-run', 'launch-run']);
  });
});

describe('what happens once', () => {
  test('is one row however often it is intended, also when it is over', async () => {
    await plan(launch, launch);
    await markSent(db, launch.key, 1);
    await confirm(db, await head('launch-run'), undefined, 2);
    await plan(launch);
    expect(await heads()).toEqual([]);
    expect(await db.selectFrom('effects').selectAll().execute()).toHaveLength(1);
  });

  test('carries its body through the store', async () => {
    await plan(stop);
    expect((await head('stop-run')).effect).toEqual(stop);
  });

  test('a sent one that was never confirmed says so', async () => {
    await plan(launch);
    expect(await head('launch-run')).toMatchObject({ sentBefore: false, attempts: 0 });
    await markSent(db, launch.key, 1);
    expect(await head('launch-run')).toMatchObject({ sentBefore: true, attempts: 1 });
  });
});

describe('a state to reach', () => {
  test('is armed again after it was confirmed, and remembers its receipt', async () => {
    await plan(comment);
    await confirm(db, await head('status-comment'), { id: 5 }, 1);
    await plan(comment);
    expect(await head('status-comment')).toMatchObject({
      receipt: { id: 5 },
      version: 2,
      attempts: 0,
      notBefore: 0,
    });
  });

  test('confirming without a receipt keeps the earlier one', async () => {
    await plan(comment);
    await confirm(db, await head('status-comment'), { id: 5 }, 1);
    await plan(comment);
    await confirm(db, await head('status-comment'), undefined, 2);
    await plan(comment);
    expect((await head('status-comment')).receipt).toEqual({ id: 5 });
  });

  test('armed while it is under way, it stays open after that confirmation, with its receipt', async () => {
    await plan(comment);
    const underWay = await head('status-comment');
    await markSent(db, comment.key, 1);
    await plan(comment);
    await confirm(db, underWay, { id: 5 }, 2);
    expect(await head('status-comment')).toMatchObject({ receipt: { id: 5 }, version: 2 });
    await confirm(db, await head('status-comment'), undefined, 3);
    expect(await heads()).toEqual([]);
  });

  test('armed after it was sent without an answer, it still says that it may exist', async () => {
    await plan(comment);
    await markSent(db, comment.key, 1);
    await postpone(db, comment.key, 5, 'the reply was lost', 1);
    await plan(comment);
    expect((await head('status-comment')).sentBefore).toBe(true);
  });

  test('armed again, it goes behind what its lane holds', async () => {
    await plan(comment, eyes);
    await plan(comment);
    expect(await heads()).toEqual(['react']);
  });

  test('armed again, it does not wait for the pause of before', async () => {
    await plan(labels);
    await postpone(db, labels.key, 1_000, 'busy', 1);
    await plan(labels);
    expect((await head('set-labels')).notBefore).toBe(0);
  });

  test('dropped, it can be armed again', async () => {
    await plan(labels);
    await drop(db, labels.key, 'no permission', 1);
    await plan(labels);
    expect(await heads()).toEqual(['set-labels']);
  });
});

describe('arming for later', () => {
  test('only what is confirmed, and not before the time', async () => {
    await plan(comment);
    await rearm(db, comment.key, 900, 1);
    expect(await head('status-comment')).toMatchObject({ version: 1, notBefore: 0 });
    await confirm(db, await head('status-comment'), { id: 5 }, 2);
    await rearm(db, comment.key, 900, 3);
    expect(await head('status-comment')).toMatchObject({ version: 2, notBefore: 900, receipt: { id: 5 } });
    await rearm(db, comment.key, 5_000, 4);
    expect(await head('status-comment')).toMatchObject({ version: 2, notBefore: 900 });
  });

  test('an edit that may wait is added to, and goes out at its first time', async () => {
    const later = effect(item, { kind: 'status-comment', pause: 1_000 });
    await plan(comment);
    await confirm(db, await head('status-comment'), undefined, 1);
    for (const now of [5_000, 5_400]) await intend(db, item.id, [later], now);
    expect(await head('status-comment')).toMatchObject({ version: 3, notBefore: 6_000 });
    await intend(db, item.id, [comment], 5_500);
    expect((await head('status-comment')).notBefore).toBe(0);
  });

  test('nothing that was never intended, or given up', async () => {
    await rearm(db, comment.key, 900, 1);
    expect(await heads()).toEqual([]);
    await plan(comment);
    await drop(db, comment.key, 'locked', 2);
    await rearm(db, comment.key, 900, 3);
    expect(await heads()).toEqual([]);
  });
});

test('putting off keeps the effect, its reason and its time', async () => {
  await plan(launch);
  await postpone(db, launch.key, 777, 'engine away', 1);
  expect((await head('launch-run')).notBefore).toBe(777);
  expect(await db.selectFrom('effects').select('error').executeTakeFirst()).toEqual({ error: 'engine away' });
});
