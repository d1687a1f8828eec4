/** The journal on disk: numbers without gaps, across restarts, withdrawals and cut lines. */
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openJournal } from '#runners/shim/journal.ts';
import type { ShimEvent } from '#runners/shim/protocol.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'prlt-journal-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const open = (limit = 1_000_000) => openJournal(directory, limit, () => new Date(0));
const events = (lines: string | undefined) =>
  (lines ?? '')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as ShimEvent);
const note = (text: string) => ({ type: 'note', text }) as const;

it('gives whole lines from the oldest on, and at least one', () => {
  const journal = open();
  for (const text of ['a', 'b', 'c']) journal.append(note(text));
  expect(journal.pending(1)?.last).toBe(1);
  expect(events(journal.pending(10_000)?.lines).map((event) => event.seq)).toEqual([1, 2, 3]);
  journal.acknowledge(2);
  expect(events(journal.pending(10_000)?.lines).map((event) => event.seq)).toEqual([3]);
  journal.acknowledge(3);
  expect(journal.pending(10_000)).toBeUndefined();
});

it('goes on with the count after a restart, without a line that was cut short', () => {
  const first = open();
  for (const text of ['a', 'b', 'c']) first.append(note(text));
  first.acknowledge(1);
  first.close();
  appendFileSync(join(directory, 'journal.ndjson'), '{"seq":4,"at"');
  const second = open();
  expect(second.append(note('d'))).toBe(4);
  expect(events(second.pending(10_000)?.lines)).toMatchObject([{ text: 'b' }, { text: 'c' }, { text: 'd' }]);
});

it('remembers the count when everything was acknowledged', () => {
  const first = open();
  first.append(note('a'));
  first.acknowledge(1);
  first.close();
  expect(open().append(note('b'))).toBe(2);
});

it('never falls behind what the host has', () => {
  const journal = open();
  journal.append(note('a'));
  journal.acknowledge(5);
  expect(journal.append(note('b'))).toBe(6);
});

it('uses the number of a withdrawn event again', () => {
  const journal = open();
  journal.append(note('a'));
  journal.withdraw(journal.append(note('b')));
  expect(journal.append(note('c'))).toBe(2);
  expect(events(journal.pending(10_000)?.lines)).toMatchObject([{ text: 'a' }, { text: 'c' }]);
});

it('lets go of message bodies first and says how much', () => {
  const journal = open(10_000);
  journal.append(note('kept'));
  for (let round = 0; round < 10; round += 1) journal.append({ type: 'message', text: 'x'.repeat(1500) });
  const left = events(journal.pending(1_000_000)?.lines);
  expect(left.map((event) => event.seq)).toEqual(
    Array.from({ length: left.length }, (_, index) => index + 1),
  );
  expect(left[0]).toMatchObject({ text: 'kept' });
  expect(left[1]).toMatchObject({ type: 'message', text: '', truncated: 1500 });
  expect(left.some((event) => event.type === 'note' && event.text.includes('let go of'))).toBe(true);
});
