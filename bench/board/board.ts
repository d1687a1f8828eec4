/** (f) What a decision and a round of dispatch cost on a large board and on a small one, in real stores. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import type { Context } from '#src/engine/context.ts';
import { consider } from '#src/engine/place.ts';
import { openQuarantine } from '#src/engine/quarantine.ts';
import { settle } from '#src/engine/settle.ts';
import { addEvents } from '#src/store/events.ts';
import { saveItem } from '#src/store/items.ts';
import { openStore, type Store } from '#src/store/open.ts';
import { savePolicy, saveRepo } from '#src/store/repos.ts';
import { alice, anItem, aPolicy, aRepo, aSnapshot } from '#test/support/builders.ts';
import type { Figure } from '../figure.ts';
import { median } from '../statistics.ts';

/** Items that wait for a seat on either board; the rest are done, in review or never asked for. */
const waiting = 20;
const small = 1_000;
const large = 100_000;

interface Bench {
  store: Store;
  context: Context;
  size: number;
  events: number;
}

export async function measureBoard(quick: boolean): Promise<Figure[]> {
  const dir = await mkdtemp(join(tmpdir(), 'prlt-bench-'));
  const boards = [await fill(join(dir, 'small'), small), await fill(join(dir, 'large'), large)] as const;
  try {
    const [ours, bare] = [boards[1], boards[0]];
    const times: Record<number, number[]> = { [small]: [], [large]: [] };
    for (const board of boards) await rounds(board, 20);
    for (let turn = 0; turn < 5; turn += 1) {
      for (const board of boards) times[board.size]?.push(await rounds(board, quick ? 50 : 200));
    }
    const at = (board: Bench) => median(times[board.size] ?? []);
    return [
      {
        id: 'f',
        what: 'one decision + dispatch, 100,000 items against 1,000',
        unit: 'ms',
        ours: at(ours),
        bare: at(bare),
        bar: { limit: 2 * at(bare), at: 'most', said: '≤ 2 ×' },
      },
    ];
  } finally {
    for (const { store } of boards) await store.close();
    await rm(dir, { recursive: true, force: true });
  }
}

/** An event on some item, decided and committed, then everybody's turn considered. Median milliseconds. */
async function rounds(board: Bench, count: number): Promise<number> {
  const { context } = board;
  const times: number[] = [];
  for (let round = 0; round < count; round += 1) {
    board.events += 1;
    const item = `item${waiting + ((board.events * 7_919) % (board.size - waiting))}`;
    const began = performance.now();
    const edited = { type: 'item_edited' as const, by: alice, at: '2027-01-15T08:00:00Z' };
    await addEvents(context.db, [{ id: `bench/${board.events}`, item, event: edited }], context.now());
    const touched = await settle(context);
    if (touched !== 1)
      throw new Error(`event ${board.events} of ${board.size}: ${touched} items were decided`);
    const { verdicts } = await consider(context);
    times.push(performance.now() - began);
    if (verdicts.length !== waiting) throw new Error(`${verdicts.length} items were considered`);
  }
  return median(times);
}

async function fill(dir: string, size: number): Promise<Bench> {
  const store = await openStore(dir);
  const context = {
    settings: {
      dataDir: dir,
      watermarks: { disk: 0, memory: 0 },
      ceilings: {
        concurrency: 3,
        run: 3_600_000,
        memory: 2 ** 31,
        spend: { run: 5_000_000, day: 50_000_000 },
        hosts: [],
      },
    },
    db: store.db,
    log: pino({ level: 'silent' }),
    now: Date.now,
    newId: () => 'unused',
    runners: new Map([['command', {}]]),
    wake: () => undefined,
    crash: () => undefined,
    quarantine: await openQuarantine({
      db: store.db,
      log: pino({ level: 'silent' }),
      now: Date.now,
      wake: () => undefined,
      keep: 0,
    }),
  } as unknown as Context;
  await store.db.transaction().execute(async (tx) => {
    const repos = Array.from({ length: 20 }, (_, n) => aRepo({ id: n + 1, name: `widgets-${n}` }));
    for (const repo of repos) {
      await saveRepo(tx, repo);
      await savePolicy(tx, repo.id, aPolicy(), 'absent');
    }
    for (let n = 0; n < size; n += 1) {
      const repo = repos[n % repos.length] ?? aRepo();
      const asked =
        n < waiting
          ? {
              request: {
                by: alice,
                via: 'label' as const,
                origin: { number: n },
                snapshot: aSnapshot(),
                at: n,
              },
            }
          : {};
      const about = { id: `item${n}`, nodeId: `I_${n}`, repo, number: n, key: `GH-${n}` };
      await saveItem(tx, anItem({ ...about, ...asked } as Parameters<typeof anItem>[0]), 0);
    }
  });
  return { store, context, size, events: 0 };
}
