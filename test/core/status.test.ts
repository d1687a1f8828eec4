/** Status from facts: which fact outranks which. */
import { expect, test } from 'vitest';
import type { Change, Item, Pull, Run } from '#src/core/item.ts';
import { statusOf } from '#src/core/status.ts';
import { anItem, failure } from '#test/support/builders.ts';
import { itemAt } from './story.ts';

const asked = itemAt('waiting');
const request = asked.request as NonNullable<Item['request']>;

function run(phase: Run['phase']): Run {
  return { ...(itemAt('claimed').run as Run), phase };
}

function change(state?: Pull['state']): Change {
  const pull = state && { number: 40, url: '', draft: true, state };
  return { branch: 'b', head: 'c', commits: 1, ...(pull ? { pull } : {}) };
}

const failed = { kind: 'failed', failure } as const;

const cases: [string, Partial<Item>, string][] = [
  ['known only', {}, 'new'],
  ['asked for', { request }, 'ready'],
  ['seat reserved', { request, run: run('claimed') }, 'claimed'],
  ['container up', { request, run: run('launched') }, 'in_progress'],
  ['agent at work', { request, run: run('working') }, 'in_progress'],
  ['change on its way', { request, run: run('publishing') }, 'in_progress'],
  ['run over, another attempt to come', { request, run: run('ended'), retryAt: 5 }, 'ready'],
  ['branch pushed, no pull request yet', { request, run: run('ended'), change: change() }, 'in_progress'],
  [
    'branch pushed, pull request refused',
    { request, run: run('ended'), change: change(), outcome: failed },
    'failed',
  ],
  ['pull request open', { request, run: run('ended'), change: change('open') }, 'review'],
  [
    'pull request open and a run under way',
    { request, run: run('working'), change: change('open') },
    'review',
  ],
  ['pull request open, outcome or not', { request, change: change('open'), outcome: failed }, 'review'],
  ['pull request closed', { request, run: run('ended'), change: change('closed') }, 'cancelled'],
  ['pull request merged', { request, run: run('ended'), change: change('merged') }, 'done'],
  [
    'merged, then closed as not planned',
    { request, change: change('merged'), closed: 'not_planned' },
    'done',
  ],
  ['closed as completed', { closed: 'completed' }, 'done'],
  ['closed as not planned', { closed: 'not_planned' }, 'cancelled'],
  ['closed as a duplicate', { closed: 'duplicate' }, 'cancelled'],
  ['closed with an open pull request', { request, change: change('open'), closed: 'completed' }, 'done'],
  ['closed while a run ends', { request, run: run('working'), closed: 'not_planned' }, 'cancelled'],
  ['no change', { request, run: run('ended'), outcome: { kind: 'no_change' } }, 'done'],
  ['gave up', { request, run: run('ended'), outcome: failed }, 'failed'],
  ['stopped', { request, run: run('ended'), outcome: { kind: 'stopped' } }, 'cancelled'],
];

test.each(cases)('%s', (_, facts, status) => {
  expect(statusOf(anItem(facts))).toBe(status);
});
