/** How ends are understood: the first row that fits counts, and without one the end's own word. */
import { expect, test } from 'vitest';
import { type EndFacts, type OutcomeRow, understand } from '#runners/outcome.ts';

const rows: OutcomeRow[] = [
  { when: { status: 401 }, is: 'auth' },
  { when: { failure: /quota|credit/ }, is: 'quota' },
  { when: { errorCode: -32603, status: [500, 599] }, is: 'transient' },
  { when: { status: 429, errorType: /insufficient/ }, is: 'quota' },
  { when: { broken: 'stalled' }, is: 'stalled' },
  { when: { stop: 'refusal' }, is: 'needs_person' },
  { when: { errorText: /overloaded/, exited: true }, is: 'transient' },
];

test.each<[string, EndFacts, string]>([
  ['a good end', { stop: 'end_turn', lastCall: { status: 200 } }, 'finished'],
  ['a good end without any model', { stop: 'end_turn', exitCode: 0 }, 'finished'],
  ['another stop', { stop: 'max_tokens' }, 'crashed'],
  ['nothing known', {}, 'crashed'],
  ['an exit code', { stop: 'end_turn', exitCode: 3 }, 'crashed'],
  ['a signal', { signal: 'SIGKILL' }, 'crashed'],
  ['a status', { stop: 'end_turn', lastCall: { status: 401 } }, 'auth'],
  [
    'a failure, whatever its case',
    { stop: 'end_turn', failure: { category: 'billing', title: 'Credit is low' } },
    'quota',
  ],
  [
    'an end_turn with a failure that no row knows',
    { stop: 'end_turn', failure: { title: 'odd' } },
    'crashed',
  ],
  ['both parts of a row', { error: { code: -32603, message: '' }, lastCall: { status: 529 } }, 'transient'],
  ['one part of it alone', { error: { code: -32603, message: '' }, lastCall: { status: 400 } }, 'crashed'],
  [
    'a stream that fell silent',
    { error: { message: 'x' }, lastCall: { status: 200, broken: 'stalled' } },
    'stalled',
  ],
  ['a refusal', { stop: 'refusal' }, 'needs_person'],
  ['an exit that says why', { exitCode: 1, error: { message: 'Overloaded' } }, 'transient'],
  [
    'an exit with nothing wrong',
    { stop: 'end_turn', exitCode: 0, error: { message: 'overloaded' } },
    'crashed',
  ],
  ['the type of the last error', { lastCall: { status: 429, errorType: 'insufficient_quota' } }, 'quota'],
  ['the same words without an exit', { error: { message: 'Overloaded' } }, 'crashed'],
])('%s', (_, facts, expected) => {
  expect(understand(rows, facts)).toBe(expected);
});
