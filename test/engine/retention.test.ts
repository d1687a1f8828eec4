/** A finished item whose history was forgotten goes on as any other: asked for again, closed, opened again, peeked at. */
import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { ItemEvent } from '#src/core/event.ts';
import { peekView } from '#src/engine/peek-view.ts';
import { createRetention } from '#src/engine/retention.ts';
import { settle } from '#src/engine/settle.ts';
import { peekReply } from '#src/messages/peek.ts';
import { confirm, laneHeads } from '#src/store/effects.ts';
import { addEvents } from '#src/store/events.ts';
import { itemById, saveItem } from '#src/store/items.ts';
import { savePolicy, saveRepo } from '#src/store/repos.ts';
import { appendRunEvents, assignRun, setRunState } from '#src/store/runs.ts';
import { scratchDir } from '#test/store/scratch.ts';
import * as builders from '#test/support/builders.ts';
import { scratchContext } from './scratch.ts';

const { anItem, aPolicy, aRepo, aRequest, aSeat, aLaunch, finished, published, opened } = builders;
const day = 86_400_000;
const merged: ItemEvent = { type: 'pull_changed', number: 40, state: 'merged', draft: false };

async function story() {
  const dataDir = await scratchDir();
  const scratch = await scratchContext();
  const { context } = scratch;
  Object.assign(context.settings, {
    dataDir,
    webhookSecret: 'a secret',
    privateKey: 'a key',
    registries: [],
  });
  const { db } = context;
  await saveRepo(db, aRepo());
  await savePolicy(db, 1, aPolicy(), 'sha');
  await saveItem(db, anItem(), context.now());
  let heard = 0;
  /** Hears of it and sends all that follows. */
  const tell = async (...events: ItemEvent[]) => {
    for (const event of events) {
      heard += 1;
      await addEvents(db, [{ id: `guid${heard}/0/0`, item: 'item1', event }], context.now());
      await settle(context);
    }
    const sent: string[] = [];
    for (let heads = await laneHeads(db, 0); heads.length > 0; heads = await laneHeads(db, 0)) {
      for (const row of heads) {
        sent.push(row.effect.kind);
        await confirm(
          db,
          row,
          row.effect.kind === 'status-comment' ? { comment: 5 } : undefined,
          context.now(),
        );
      }
    }
    return sent;
  };
  /** What a run leaves: its assignment and 450 lines. */
  const worked = async (run: string) => {
    const row = {
      id: run,
      item: 'item1',
      epoch: 1,
      workspace: run,
      assignment: {} as never,
      spec: {} as never,
    };
    await assignRun(db, { ...row, deadline: 0 }, context.now());
    const lines = Array.from({ length: 450 }, (_, index) => ({
      seq: index + 1,
      at: '',
      type: 'message' as const,
      text: `line ${index}`,
    }));
    await appendRunEvents(db, run, 0, lines, context.now());
    await setRunState(db, run, 'over');
  };
  const count = async () => {
    const tables = ['runs', 'run_events', 'events', 'effects'] as const;
    const all = await Promise.all(
      tables.map(async (one) => (await db.selectFrom(one).selectAll().execute()).length),
    );
    return Object.fromEntries(tables.map((one, index) => [one, all[index]]));
  };
  const dropped: string[] = [];
  const refs = { away: false };
  const retention = createRetention(context, async (run) => !refs.away && dropped.push(run) > 0);
  const forget = async () => {
    let steps = 1;
    while (await retention.step()) steps += 1;
    return steps;
  };
  return { ...scratch, db, dataDir, tell, worked, count, forget, dropped, refs };
}

const toReview = [aRequest(), aSeat(), aLaunch(), finished(), published(), opened()];

test('a finished item keeps its facts and its status comment; the rest goes when it is old', async () => {
  const { context, pass, tell, worked, count, forget, db } = await story();
  await tell(...toReview, merged);
  await worked('run1');
  const before = await count();
  pass(13 * day);
  await forget();
  expect(await count()).toEqual(before);
  pass(2 * day);
  await forget();
  expect(await count()).toEqual({ runs: 0, run_events: 0, events: 0, effects: 3 });
  const kinds = (await db.selectFrom('effects').select('kind').execute()).map(({ kind }) => kind);
  expect(kinds.toSorted()).toEqual(['set-check', 'set-labels', 'status-comment']);
  const item = await itemById(db, 'item1');
  expect(item?.change?.pull?.state).toBe('merged');
  expect(peekReply(await peekView(context, item as never))).toContain('more than 14 days ago');
});

test('a run goes with the work that was kept of it, and stays while that cannot be taken away', async () => {
  const { pass, tell, worked, count, forget, dropped, refs } = await story();
  await tell(...toReview, merged);
  await worked('run1');
  pass(20 * day);
  refs.away = true;
  await forget();
  expect(await count()).toMatchObject({ runs: 1 });
  refs.away = false;
  await forget();
  expect(await count()).toMatchObject({ runs: 0, effects: 3 });
  expect(dropped).toEqual(['run1']);
});

test('an item under review keeps its run, which peek still shows', async () => {
  const { context, pass, tell, worked, count, forget, db } = await story();
  await tell(...toReview);
  await worked('run1');
  const { effects } = await count();
  pass(100 * day);
  await forget();
  expect(await count()).toEqual({ runs: 1, run_events: 450, events: 0, effects });
  const item = await itemById(db, 'item1');
  expect(peekReply(await peekView(context, item as never))).toContain('line 449');
});

test('a forgotten item can be asked for again, closed and opened again', async () => {
  const { pass, tell, worked, forget, db } = await story();
  await tell(...toReview, { type: 'pull_changed', number: 40, state: 'closed', draft: false });
  await worked('run1');
  pass(20 * day);
  await forget();
  const sent = await tell(aRequest({ via: 'command', origin: { number: 12, comment: 9 } }));
  expect(sent).toEqual(expect.arrayContaining(['react', 'status-comment']));
  expect(await itemById(db, 'item1')).toMatchObject({ generation: 2, attempts: 0 });
  // The comment is found by the receipt of its row, not made a second time.
  const comment = await db
    .selectFrom('effects')
    .select('receipt')
    .where('kind', '=', 'status-comment')
    .execute();
  expect(comment).toEqual([{ receipt: '{"comment":5}' }]);
  expect(await tell(aSeat('run2'))).toContain('launch-run');
  expect(await tell(aLaunch('run2'), { type: 'item_closed', reason: 'not_planned' })).toContain('stop-run');
  await tell({ type: 'run_lost', run: 'run2', cause: 'killed' });
  pass(20 * day);
  await forget();
  expect(await tell({ type: 'item_reopened' }, aRequest())).toContain('react');
  expect((await itemById(db, 'item1'))?.generation).toBe(3);
});

test('a step is bounded, and the next ones go on where it ended', async () => {
  const { pass, tell, worked, count, forget } = await story();
  await tell(...toReview, merged);
  for (let n = 0; n < 3; n += 1) await worked(`old${n}`);
  pass(20 * day);
  expect(await forget()).toBeGreaterThan(3 * 3);
  expect(await count()).toMatchObject({ runs: 0, run_events: 0 });
});

test('work that is kept as a file goes when it is as old as people were told', async () => {
  const { context, dataDir, forget } = await story();
  const kept = join(dataDir, 'kept');
  await mkdir(kept);
  for (const [name, age] of [
    ['young', 13],
    ['old', 15],
  ] as const) {
    const at = new Date(context.now() - age * day);
    await writeFile(join(kept, `${name}.bundle`), 'work');
    await utimes(join(kept, `${name}.bundle`), at, at);
  }
  await forget();
  expect(await readdir(kept)).toEqual(['young.bundle']);
});
