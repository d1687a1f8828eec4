/** The straight way of one issue, step by step, and what comes late or twice. */
import { describe, expect, test } from 'vitest';
import { decide } from '#src/core/decide.ts';
import type { ItemEvent } from '#src/core/event.ts';
import { statusOf } from '#src/core/status.ts';
import {
  aLaunch,
  alice,
  anItem,
  aPolicy,
  aRequest,
  aSeat,
  failure,
  finished,
  now,
  opened,
  origin,
  published,
} from '#test/support/builders.ts';
import { itemAt, names, type Phase, phases, play } from './story.ts';

const show = ['status-comment', 'set-labels'];

describe('the straight way', () => {
  const steps: { from: Phase; event: ItemEvent; status: string; effects: string[] }[] = [
    { from: 'untouched', event: aRequest(), status: 'ready', effects: ['react:eyes', 'status-comment'] },
    {
      from: 'untouched',
      event: aRequest({ via: 'command' }),
      status: 'ready',
      effects: ['react:rocket', 'status-comment'],
    },
    { from: 'waiting', event: aSeat(), status: 'claimed', effects: ['launch-run', ...show] },
    { from: 'claimed', event: aLaunch(), status: 'in_progress', effects: ['status-comment'] },
    {
      from: 'launched',
      event: { type: 'run_working', run: 'run1', notes: [] },
      status: 'in_progress',
      effects: ['status-comment'],
    },
    {
      from: 'working',
      event: finished(),
      status: 'in_progress',
      effects: ['clean-run:container', 'publish', 'status-comment'],
    },
    {
      from: 'working',
      event: finished({ changed: false, commits: 0 }),
      status: 'done',
      effects: ['clean-run:workspace', ...show],
    },
    { from: 'published', event: opened(), status: 'review', effects: ['set-check', ...show] },
    {
      from: 'review',
      event: { type: 'pull_changed', number: 40, state: 'merged', draft: false },
      status: 'done',
      effects: [...show, 'clean-run:workspace'],
    },
    {
      from: 'review',
      event: { type: 'pull_changed', number: 40, state: 'closed', draft: false },
      status: 'cancelled',
      effects: [...show, 'clean-run:workspace'],
    },
    {
      from: 'review',
      event: { type: 'pull_changed', number: 40, state: 'open', draft: false },
      status: 'review',
      effects: show,
    },
  ];
  test.each(steps)('$from, then $event.type: $status', ({ from, event, status, effects }) => {
    const after = play(itemAt(from), [event]);
    expect(statusOf(after.item)).toBe(status);
    expect(names(after.effects)).toEqual(effects);
  });

  test('a published branch asks for its pull request and is under way until that exists', () => {
    const after = play(itemAt('publishing'), [published()]);
    expect(names(after.effects)).toContain('open-pull');
    expect(after.item.run?.phase).toBe('ended');
    expect(statusOf(after.item)).toBe('in_progress');
  });

  test('no seat is given while a published branch waits for its pull request', () => {
    const after = play(itemAt('published'), [aSeat('run2')]);
    expect(after.item.run?.id).toBe('run1');
    expect(after.effects).toEqual([]);
  });

  test('a run that is launched after its first words keeps the later phase', () => {
    const after = play(itemAt('claimed'), [{ type: 'run_working', run: 'run1', notes: [] }, aLaunch()]);
    expect(after.item.run).toMatchObject({
      phase: 'working',
      branch: 'GH-12/feat/bezos/widgets/add-hello',
      launchedAt: now,
    });
  });

  test('notes of a run are kept once, in order of arrival', () => {
    const note = (...notes: string[]): ItemEvent => ({ type: 'run_noted', run: 'run1', notes });
    expect(play(itemAt('working'), [note('a', 'b'), note('b', 'c')]).item.notes).toEqual(['a', 'b', 'c']);
  });

  test('a renamed repository is taken over without anything being written', () => {
    const repo = { ...anItem().repo, name: 'gadgets' };
    expect(play(itemAt('working'), [{ type: 'repo_seen', repo }])).toMatchObject({
      item: { repo },
      effects: [],
    });
  });

  test('an event nobody has a rule for is an error that names it', () => {
    const odd = { type: 'sun_rose' } as unknown as ItemEvent;
    expect(() => decide(anItem(), odd, { policy: aPolicy(), now })).toThrow('sun_rose');
  });
});

describe('late and repeated news', () => {
  const ofOtherRun: ItemEvent[] = [
    aLaunch('run0'),
    { type: 'launch_failed', run: 'run0', failure, again: true },
    { type: 'launch_failed', run: 'run0', failure, again: false },
    { type: 'run_working', run: 'run0', notes: ['late'] },
    { type: 'run_noted', run: 'run0', notes: ['late'] },
    finished({}, 'run0'),
    { type: 'run_lost', run: 'run0', cause: 'gone' },
    { type: 'run_over_limit', run: 'run0', limit: 'run' },
    published('run0'),
    { type: 'change_refused', run: 'run0', failure, fault: 'attempt' },
  ];
  test.each(ofOtherRun)('$type of an older run changes nothing', (event) => {
    for (const phase of phases) {
      const item = itemAt(phase);
      expect(play(item, [event]), phase).toEqual({ item, effects: [] });
    }
  });

  const twice: { from: Phase; event: ItemEvent }[] = [
    { from: 'waiting', event: aSeat() },
    { from: 'working', event: finished() },
    { from: 'working', event: finished({ changed: false }) },
    { from: 'working', event: finished({ outcome: 'failed', exitCode: 1, changed: false }) },
    { from: 'working', event: { type: 'run_lost', run: 'run1', cause: 'gone' } },
    { from: 'working', event: { type: 'run_over_limit', run: 'run1', limit: 'run' } },
    {
      from: 'working',
      event: { type: 'stop_asked', by: alice, origin: { number: 12, comment: 5 }, ordinal: 0 },
    },
    { from: 'publishing', event: published() },
    { from: 'review', event: { type: 'pull_changed', number: 40, state: 'merged', draft: false } },
    { from: 'working', event: { type: 'item_closed', reason: 'completed' } },
    { from: 'review', event: opened() },
  ];
  test.each(twice)('$event.type twice gives the facts of once', ({ from, event }) => {
    const once = play(itemAt(from), [event]);
    expect(play(once.item, [event]).item).toEqual(once.item);
  });

  test('a container that ends after its shim said finished does not undo the publishing', () => {
    const item = itemAt('publishing');
    for (const cause of ['gone', 'killed', 'oom'] as const) {
      expect(play(item, [{ type: 'run_lost', run: 'run1', cause }])).toEqual({ item, effects: [] });
    }
    expect(play(item, [{ type: 'run_over_limit', run: 'run1', limit: 'run' }])).toEqual({
      item,
      effects: [],
    });
  });

  test('a pull request that was refused in an earlier generation does not end a later run', () => {
    const asked = play(itemAt('published'), [
      { type: 'stop_asked', by: alice, origin, ordinal: 0 },
      aRequest(),
      aSeat('run2'),
      { type: 'pull_refused', run: 'run1', failure },
    ]).item;
    expect(asked.run).toMatchObject({ id: 'run2', phase: 'claimed' });
    expect(asked.outcome).toBeUndefined();
  });

  test('a refused pull request ends the item by name', () => {
    const after = play(itemAt('published'), [{ type: 'pull_refused', run: 'run1', failure }]);
    expect(after.item.outcome).toEqual({ kind: 'failed', failure });
    expect(names(after.effects)).toEqual(show);
  });

  test('news of another pull request is not about this item', () => {
    const item = itemAt('review');
    expect(play(item, [{ type: 'pull_changed', number: 41, state: 'merged', draft: false }])).toEqual({
      item,
      effects: [],
    });
  });
});
