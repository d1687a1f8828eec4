/** Work that is put aside: budget, provider, blocker, person; it goes on in the same workspace and nothing is used up. */
import { describe, expect, test } from 'vitest';
import { decide } from '#src/core/decide.ts';
import type { ItemEvent } from '#src/core/event.ts';
import type { Item } from '#src/core/item.ts';
import { waitsForPerson, waitsForSeat } from '#src/core/item.ts';
import { agentLabelFor } from '#src/core/labels.ts';
import { statusOf } from '#src/core/status.ts';
import type { Meaning } from '#src/core/verdict.ts';
import { alice, aPolicy, aRequest, aSeat, finished, now, origin } from '#test/support/builders.ts';
import { itemAt, names } from '../story.ts';

const policy = aPolicy({
  profiles: { coder: { runner: 'command', fallback: 'codex' }, plain: { runner: 'command' } },
});
const working = itemAt('working');

function play(item: Item, ...events: ItemEvent[]): { item: Item; effects: string[] } {
  let current = { item, effects: [] as string[] };
  for (const event of events) {
    const next = decide(current.item, event, { policy, now });
    current = { item: next.item, effects: [...current.effects, ...names(next.effects)] };
  }
  return current;
}

function ended(means: Meaning, over: Record<string, unknown> = {}): ItemEvent {
  return finished({ outcome: 'failed', error: 'API Error', means, ...over });
}

const noFallback: Item = {
  ...working,
  ...(working.run ? { run: { ...working.run, profile: 'plain' } } : {}),
};

describe('a provider that is to blame', () => {
  test.each([
    ['transient', 'provider', 30_000, 'PROVIDER_UNAVAILABLE'],
    ['quota', 'provider', 3_600_000, 'PROVIDER_QUOTA'],
    ['auth', 'auth', 300_000, 'PROVIDER_AUTH'],
  ] as const)('%s: waits, uses no attempt and no loss, keeps the workspace', (means, kind, pause, code) => {
    const { item, effects } = play(noFallback, ended(means));
    expect(item).toMatchObject({
      attempts: 0,
      losses: 0,
      retryAt: now + pause,
      wait: { kind, until: now + pause, failure: { code } },
      continuation: { workspace: 'ws-run1', runs: ['run1'] },
    });
    expect(effects).not.toContain('keep-work');
    expect(statusOf(item)).toBe('ready');
    expect(waitsForSeat(item)).toBe(true);
  });

  test('is asked again after pauses that grow', () => {
    const again = (item: Item) => {
      const seat = aSeat('next', { profile: 'plain' });
      return play(item, seat, finished({ outcome: 'failed', means: 'transient' }, 'next')).item;
    };
    const first = play(noFallback, ended('transient')).item;
    const second = again(first);
    const third = again(second);
    expect([first, second, third].map((one) => (one.retryAt ?? 0) - now)).toEqual([30_000, 120_000, 300_000]);
  });

  test('an agent that asks a dead provider without end is stopped, and waits for it', () => {
    const stopping = play(noFallback, { type: 'run_starved', run: 'run1' });
    expect(stopping.effects).toEqual(['stop-run', 'status-comment']);
    const { item } = play(stopping.item, finished({ outcome: 'cancelled' }));
    expect(item).toMatchObject({ attempts: 0, losses: 0, retryAt: now + 30_000, wait: { kind: 'provider' } });
  });

  test('quota with a fallback goes back to the queue at once, for the other runner', () => {
    const { item } = play(working, ended('quota'));
    expect(item.wait).toBeUndefined();
    expect(waitsForSeat(item)).toBe(true);
    expect(item.continuation?.handover).toMatchObject({ from: 'command', to: 'codex' });
    const seated = play(item, aSeat('run2', { runner: 'codex' })).item;
    expect(seated.run).toMatchObject({
      workspace: 'ws-run1',
      branch: working.run?.branch,
      continues: { runs: ['run1'], handover: { to: 'codex' } },
    });
    expect(seated.continuation).toBeUndefined();
  });

  test('a fallback that has no quota either waits', () => {
    const codex: Item = { ...working, ...(working.run ? { run: { ...working.run, runner: 'codex' } } : {}) };
    expect(play(codex, ended('quota')).item.wait?.kind).toBe('provider');
  });
});

describe('what only a person can settle', () => {
  const over = play(working, { type: 'run_over_limit', run: 'run1', limit: 'spend' });
  const budget = play(over.item, finished({ outcome: 'cancelled' }));
  const blocked = play(
    working,
    { type: 'run_blocked', run: 'run1', reason: 'No access.', needs: 'A token.' },
    finished({ outcome: 'cancelled' }),
  );

  test('the cap: the run is told to stop, its work is kept, the item waits by name', () => {
    expect(over.effects).toEqual(['stop-run', 'status-comment']);
    expect(budget.effects).toEqual(['keep-work', 'clean-run:container', 'status-comment', 'set-labels']);
    expect(budget.item).toMatchObject({
      attempts: 0,
      wait: { kind: 'budget', failure: { code: 'LIMIT_SPEND' } },
    });
    expect(waitsForSeat(budget.item)).toBe(false);
    expect(waitsForPerson(budget.item)).toBe(true);
    expect(agentLabelFor(budget.item, statusOf(budget.item))).toBe('agent:question');
  });

  test("the day's money: the work goes back to the queue, which waits for more by itself", () => {
    const stopping = play(working, { type: 'run_over_limit', run: 'run1', limit: 'spend_day' });
    const { item } = play(stopping.item, finished({ outcome: 'cancelled' }));
    expect(item).toMatchObject({ attempts: 0, continuation: { workspace: 'ws-run1', runs: ['run1'] } });
    expect(item.wait).toBeUndefined();
    expect(waitsForSeat(item)).toBe(true);
  });

  test('`retry --spend` goes on in the same workspace, with what it spent forgotten', () => {
    const { item } = play(budget.item, aRequest({ via: 'command', spend: 7_000_000 }));
    expect(item).toMatchObject({ spendCap: 7_000_000, continuation: { workspace: 'ws-run1', runs: [] } });
    expect(item.wait).toBeUndefined();
    expect(waitsForSeat(item)).toBe(true);
  });

  test('a blocker says what it needs and has a label of its own', () => {
    expect(blocked.item.wait).toMatchObject({ kind: 'blocker', failure: { code: 'AGENT_BLOCKED' } });
    expect(blocked.item.wait?.failure.todo).toContain('A token.');
    expect(agentLabelFor(blocked.item, statusOf(blocked.item))).toBe('agent:blocked');
  });

  test('a poke goes on with it and is not lost', () => {
    const poke: ItemEvent = {
      type: 'poke_asked',
      by: alice,
      origin,
      ordinal: 0,
      text: 'the token is in vault',
    };
    const { item, effects } = play(blocked.item, poke);
    expect(item.said).toEqual([{ by: alice.login, text: 'the token is in vault' }]);
    expect(effects).toContain('react:rocket');
    const begun = play(item, aSeat('run2'));
    expect(begun.item.said).toHaveLength(1);
    expect(play(begun.item, { type: 'run_working', run: 'run2', notes: [] }).item.said).toBeUndefined();
  });

  test('a poke keeps the cap that somebody raised; a retry without one does not', () => {
    const raised: Item = { ...blocked.item, spendCap: 7_000_000 };
    const poke: ItemEvent = { type: 'poke_asked', by: alice, origin, ordinal: 0, text: 'go on' };
    expect(play(raised, poke).item.spendCap).toBe(7_000_000);
    expect(play(raised, aRequest({ via: 'command' })).item.spendCap).toBeUndefined();
    expect(play(blocked.item, poke).item.spendCap).toBeUndefined();
  });

  test('a refusal waits for a person', () => {
    expect(play(working, ended('needs_person')).item.wait).toMatchObject({ kind: 'person' });
  });

  test.each<[string, ItemEvent]>([
    ['stop', { type: 'stop_asked', by: alice, origin, ordinal: 0 }],
    ['closing', { type: 'item_closed', reason: 'not_planned' }],
  ])('%s ends the wait and the workspace goes', (_, event) => {
    const { item, effects } = play(blocked.item, event);
    expect(item.outcome?.kind).toBe('stopped');
    expect([item.wait, item.continuation]).toEqual([undefined, undefined]);
    expect(effects).toContain('clean-run:workspace');
  });

  test('a person who stops a run that is at its cap has the last word', () => {
    const { item } = play(
      over.item,
      { type: 'stop_asked', by: alice, origin, ordinal: 0 },
      finished({ outcome: 'cancelled' }),
    );
    expect(item.outcome?.kind).toBe('stopped');
    expect(item.wait).toBeUndefined();
  });
});

test('a model that fell silent counts as the agent that stalled', () => {
  expect(play(working, ended('stalled')).item).toMatchObject({
    attempts: 1,
    lastFailure: { code: 'AGENT_STALLED' },
  });
});

test('a turn that ended well although the provider refused is not a finished run', () => {
  const { item } = play(working, finished({ outcome: 'finished', means: 'crashed', changed: false }));
  expect(item.attempts).toBe(1);
});
