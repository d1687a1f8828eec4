/** What the end of a run says about its runner: the operator hears once of a key that is refused, until it is taken. */
import { expect, test } from 'vitest';
import { claude } from '#runners/claude/manifest.ts';
import type { Verdict } from '#runners/shim/protocol.ts';
import { lastWord } from '#src/engine/last-word.ts';
import { refusedKeys, runnerRefused } from '#src/store/runner-waits.ts';
import { countCall, reserve } from '#src/store/spending.ts';
import { now } from '#test/support/builders.ts';
import { scratchStore } from '../store/scratch.ts';

const failed: Verdict = {
  outcome: 'failed',
  cause: 'agent_error',
  changed: false,
  end: { error: { code: -32603, message: 'API Error' } },
} as never;

async function board() {
  const { db } = await scratchStore();
  await reserve(db, { run: 'r', item: 'i', repo: 1, agent: 'a', day: '2026-11-21', cap: 1 });
  const answered = (status: number) =>
    countCall(db, {
      ...{ run: 'r', repo: 1, at: now, provider: 'my-router', model: 'm', status, cost: 0, estimated: false },
      ...{ input: 0, output: 0, cacheRead: 0, cacheWrite: 0 },
    });
  const end = (said: Verdict, at = now) =>
    db.transaction().execute((tx) => lastWord(tx, 'r', claude, said, at));
  return { db, answered, end };
}

test('a refused key is news once, with runner, provider and setting, and stands with its first time', async () => {
  const { db, answered, end } = await board();
  await answered(401);
  const sentence =
    'The model provider my-router of the runner claude refuses the key of this service; see PRLT_MODELS_MY_ROUTER_*.';
  expect(await end(failed)).toMatchObject({
    verdict: { means: 'auth' },
    refused: { runner: 'claude', sentence },
  });
  expect((await end(failed, now + 1_000)).refused).toBeUndefined();
  expect(await refusedKeys(db)).toEqual([{ sentence, since: now }]);
});

test('a key that is refused where the quota was used up before is news', async () => {
  const { db, answered, end } = await board();
  await runnerRefused(db, { runner: 'claude', reason: 'quota', sentence: 'No quota.' }, now - 1_000);
  await answered(401);
  expect((await end(failed)).refused).toBeDefined();
  expect(await refusedKeys(db)).toMatchObject([{ since: now }]);
});

test.each<[string, Verdict]>([
  ['ended well', { ...failed, outcome: 'finished', cause: undefined, end: { stop: 'end_turn' } } as never],
  ['was stopped', { ...failed, outcome: 'cancelled', cause: 'stopped', end: undefined } as never],
])('a run that %s after a call that was answered takes it back', async (_, said) => {
  const { db, answered, end } = await board();
  await answered(401);
  await end(failed);
  await answered(200);
  await end(said);
  expect(await refusedKeys(db)).toEqual([]);
});
