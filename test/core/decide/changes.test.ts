/** A pull request that the records knew nothing of: what was to be made is there. */
import { describe, expect, test } from 'vitest';
import { statusOf } from '#src/core/status.ts';
import { itemAt, names, type Phase, play } from '../story.ts';

const pull = { number: 2, url: 'http://example.org/2', draft: true, state: 'open' as const };
const change = { branch: 'GH-1/feat/bezos/widgets/add', head: 'a'.repeat(40), commits: 2, pull };
const found = { type: 'pull_found' as const, run: 'run1', change };

describe('a pull request is found', () => {
  test.each(['claimed', 'publishing'] as Phase[])(
    'while the run is %s: it ends, the item is in review',
    (phase) => {
      const { item, effects } = play(itemAt(phase), [found]);
      expect(statusOf(item)).toBe('review');
      expect(item.change).toEqual(change);
      expect(item.run).toMatchObject({ phase: 'ended', branch: change.branch });
      expect(item.attempts + item.losses).toBe(0);
      expect(names(effects)).toEqual(['clean-run:container', 'status-comment', 'set-labels']);
    },
  );

  test('merged meanwhile: the item is done', () => {
    const merged = { ...found, change: { ...change, pull: { ...pull, state: 'merged' as const } } };
    expect(statusOf(play(itemAt('claimed'), [merged]).item)).toBe('done');
  });

  test('late, or of another run: nothing', () => {
    const item = itemAt('review');
    expect(play(item, [found])).toEqual({ item, effects: [] });
    const claimed = itemAt('claimed');
    expect(play(claimed, [{ ...found, run: 'other' }])).toEqual({ item: claimed, effects: [] });
  });
});
