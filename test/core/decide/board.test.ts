/** What happens on the board itself: closing, reopening, editing, losing the repository. */
import { describe, expect, test } from 'vitest';
import type { ItemEvent } from '#src/core/event.ts';
import { statusOf } from '#src/core/status.ts';
import { alice, anItem, aRequest, finished, opened, published } from '#test/support/builders.ts';
import { itemAt, names, type Phase, play } from '../story.ts';

const closed = (reason: 'completed' | 'not_planned' | 'duplicate' = 'completed'): ItemEvent => ({
  type: 'item_closed',
  reason,
});

test.each<[Phase, string[]]>([
  ['waiting', ['status-comment']],
  ['working', []],
  ['review', []],
])('holding an item that is %s is shown where it matters', (phase, effects) => {
  const after = play(itemAt(phase), [{ type: 'item_held', held: true }]);
  expect(after.item.held).toBe(true);
  expect(names(after.effects)).toEqual(effects);
  expect(play(after.item, [{ type: 'item_held', held: false }]).item.held).toBe(false);
});

describe('closing', () => {
  test.each([
    ['completed', 'done'],
    ['not_planned', 'cancelled'],
    ['duplicate', 'cancelled'],
  ] as const)('as %s makes an item that was never asked for %s, without a word', (reason, status) => {
    const after = play(anItem(), [closed(reason)]);
    expect(statusOf(after.item)).toBe(status);
    expect(after.effects).toEqual([]);
  });

  test('a waiting item ends its wait', () => {
    const after = play(itemAt('waiting'), [closed('not_planned')]);
    expect(after.item.outcome).toEqual({ kind: 'stopped' });
    expect(names(after.effects)).toEqual(['status-comment', 'set-labels']);
  });

  test.each<Phase>(['claimed', 'launched', 'working'])('stops a run that is %s', (phase) => {
    const after = play(itemAt(phase), [closed()]);
    expect(after.item.run?.stopping).toEqual({ cause: 'closed' });
    expect(names(after.effects)).toEqual(['stop-run', 'status-comment']);
    const ended = play(after.item, [{ type: 'run_lost', run: 'run1', cause: 'killed' }]);
    expect(ended.item.outcome).toEqual({ kind: 'stopped' });
  });

  test('leaves an open pull request to people', () => {
    const after = play(itemAt('review'), [closed()]);
    expect(after.item.change?.pull?.state).toBe('open');
    expect(names(after.effects)).toEqual(['status-comment', 'set-labels']);
  });

  test('by the merge is done, whatever the reason says', () => {
    const merged: ItemEvent = { type: 'pull_changed', number: 40, state: 'merged', draft: false };
    expect(statusOf(play(itemAt('review'), [closed('not_planned'), merged]).item)).toBe('done');
    expect(statusOf(play(itemAt('review'), [merged, closed()]).item)).toBe('done');
  });
});

describe('reopening', () => {
  test('does not begin the work again by itself', () => {
    const after = play(itemAt('waiting'), [closed(), { type: 'item_reopened' }]);
    expect(after.item).not.toHaveProperty('closed');
    expect(statusOf(after.item)).toBe('cancelled');
    expect(names(after.effects)).not.toContain('launch-run');
  });

  test('then asking begins a new generation', () => {
    const after = play(itemAt('waiting'), [closed(), { type: 'item_reopened' }, aRequest()]).item;
    expect(statusOf(after)).toBe('ready');
    expect(after.generation).toBe(2);
  });

  test('gives back the review of a pull request that is still open', () => {
    const after = play(itemAt('review'), [closed(), { type: 'item_reopened' }]);
    expect(statusOf(after.item)).toBe('review');
  });

  test('says nothing when it was not closed, or never asked for', () => {
    expect(play(itemAt('working'), [{ type: 'item_reopened' }]).effects).toEqual([]);
    expect(play(anItem({ closed: 'completed' }), [{ type: 'item_reopened' }])).toEqual({
      item: anItem(),
      effects: [],
    });
  });
});

describe('editing', () => {
  const edited: ItemEvent = { type: 'item_edited', by: alice, at: '2027-01-15T09:00:00Z' };

  test.each<Phase>(['waiting', 'working', 'publishing'])('is told once on an item that is %s', (phase) => {
    const after = play(itemAt(phase), [edited, edited]);
    const told = after.item.notes.filter(
      (note) => /edited by alice/.test(note) && /earlier one is used/.test(note),
    );
    expect(told).toHaveLength(1);
    expect(after.item.request).toEqual(itemAt(phase).request);
  });

  test.each<Phase>(['untouched', 'review'])('is nobody’s business when the item is %s', (phase) => {
    const item = itemAt(phase);
    expect(play(item, [edited])).toEqual({ item, effects: [] });
  });
});

describe('losing the repository', () => {
  const lost: ItemEvent = { type: 'repo_lost', reason: 'The App was uninstalled.' };

  test('stops what runs and ends what waits', () => {
    expect(play(itemAt('working'), [lost]).item.run?.stopping).toMatchObject({ cause: 'out_of_reach' });
    expect(play(itemAt('waiting'), [lost]).item.outcome).toMatchObject({ kind: 'stopped' });
  });

  test.each<Phase>(['untouched', 'review'])('changes nothing on an item that is %s', (phase) => {
    const item = itemAt(phase);
    expect(play(item, [lost])).toEqual({ item, effects: [] });
  });
});

describe('a closed pull request that is opened again', () => {
  test('is in review again and gives up nothing', () => {
    const change = (state: 'open' | 'closed'): ItemEvent => ({
      type: 'pull_changed',
      number: 40,
      state,
      draft: false,
    });
    const after = play(itemAt('working'), [
      finished(),
      published(),
      opened(),
      change('closed'),
      change('open'),
    ]);
    expect(statusOf(after.item)).toBe('review');
  });
});
