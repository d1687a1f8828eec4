/** Money that is set aside and spent: per run, item, agent, and repository and day. */
import { beforeEach, expect, test } from 'vitest';
import type { Db } from '#src/store/open.ts';
import {
  boundOnDay,
  type CountedCall,
  closeSpending,
  countCall,
  lastCall,
  reserve,
  reservedIn,
  spendingOf,
  spentByRuns,
  spentOnDay,
} from '#src/store/spending.ts';
import { scratchStore } from './scratch.ts';

const noon = Date.UTC(2026, 10, 21, 12);
let db: Db;
beforeEach(async () => {
  ({ db } = await scratchStore());
});

async function reserved(run: string, over: Partial<Parameters<typeof reserve>[1]> = {}): Promise<void> {
  await reserve(db, { run, item: 'i', repo: 1, agent: 'bezos', day: '2026-11-21', cap: 100, ...over });
}

function aCall(over: Partial<CountedCall> = {}): CountedCall {
  const tokens = { input: 1, output: 2, cacheRead: 3, cacheWrite: 4 };
  const told = { provider: 'p', model: 'm', status: 200, estimated: false };
  return { run: 'r', repo: 1, at: noon, ...told, ...tokens, cost: 10, ...over };
}

test('a run has one reservation, whatever is asked later', async () => {
  await reserved('r');
  await reserved('r', { cap: 999 });
  expect(await spendingOf(db, 'r')).toMatchObject({ cap: 100, spent: 0, calls: 0, settled: false });
  expect(await spendingOf(db, 'other')).toBeUndefined();
});

test('calls add up', async () => {
  await reserved('r');
  await reserved('s', { item: 'j', agent: 'gates' });
  await reserved('t', { repo: 2 });
  await countCall(db, aCall());
  expect(await countCall(db, aCall({ cost: 5 }))).toMatchObject({ spent: 15, calls: 2 });
  await countCall(db, aCall({ run: 's', cost: 7 }));
  await countCall(db, aCall({ run: 't', repo: 2, cost: 3 }));
  expect(await spendingOf(db, 's')).toMatchObject({ item: 'j', agent: 'gates', repo: 1, spent: 7 });
  expect(await spentByRuns(db, ['r', 's'])).toBe(22);
  expect(await spentByRuns(db, ['nobody'])).toBe(0);
  expect(await spentByRuns(db, [])).toBe(0);
  expect(await spentOnDay(db, 1, '2026-11-21')).toBe(22);
  expect(await spentOnDay(db, 2, '2026-11-21')).toBe(3);
});

test('a day holds what was spent on it, and what open runs may still spend', async () => {
  await reserved('r', { day: '2026-11-20' });
  await countCall(db, aCall({ at: Date.UTC(2026, 10, 20, 23, 59), cost: 30 }));
  await countCall(db, aCall({ at: Date.UTC(2026, 10, 21, 0, 1), cost: 20 }));
  expect(await spentOnDay(db, 1, '2026-11-20')).toBe(30);
  expect(await reservedIn(db, 1)).toBe(50);
  expect(await boundOnDay(db, 1, '2026-11-21')).toBe(70);
  await closeSpending(db, 'r');
  expect(await boundOnDay(db, 1, '2026-11-21')).toBe(20);
});

test('a run that spent more than its cap takes nothing from the others', async () => {
  await reserved('r');
  await reserved('s');
  await countCall(db, aCall({ cost: 130 }));
  expect(await reservedIn(db, 1)).toBe(100);
});

test('calls that end after the run count', async () => {
  await reserved('r');
  await closeSpending(db, 'r');
  expect(await countCall(db, aCall())).toMatchObject({ spent: 10, settled: true });
});

test('the last call that says something about the provider', async () => {
  expect(await lastCall(db, 'r')).toBeUndefined();
  await countCall(db, aCall({ status: 429, errorType: 'rate_limit_error' }));
  await countCall(db, aCall({ status: 0, broken: 'given_up', estimated: true }));
  await countCall(db, aCall({ status: 200, broken: 'given_up' }));
  expect(await lastCall(db, 'r')).toEqual({
    provider: aCall().provider,
    status: 429,
    errorType: 'rate_limit_error',
  });
  await countCall(db, aCall({ status: 0, broken: 'unreachable' }));
  expect(await lastCall(db, 'r')).toMatchObject({ status: 0, broken: 'unreachable' });
  await countCall(db, aCall({ run: 'other' }));
  expect(await lastCall(db, 'r')).toMatchObject({ status: 0 });
});
