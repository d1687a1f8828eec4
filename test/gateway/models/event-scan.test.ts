/** The events that matter are found however the bytes are cut, and what a model says is never one. */
import { expect, test } from 'vitest';
import { createEventScan } from '#src/gateway/models/event-scan.ts';

function scanned(text: string, pieces: number): unknown[] {
  const found: unknown[] = [];
  const scan = createEventScan((value) => found.push(value));
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += pieces) scan.feed(bytes.subarray(at, at + pieces));
  scan.end();
  return found;
}

const first = { type: 'message_start', message: { usage: { input_tokens: 3 } } };
const said = {
  type: 'content_block_delta',
  delta: { text: 'He said {"usage":{"input_tokens":9}} and "error":{}' },
};
const last = { type: 'message_delta', usage: { output_tokens: 7 } };
const stream = [
  `event: message_start\r\ndata: ${JSON.stringify(first)}\r\n\r\n`,
  `event: content_block_delta\ndata: ${JSON.stringify(said)}\n\n`,
  ': a comment with "usage": {}\n\n',
  'data: {"choices":[],"usage":null}\n\n',
  'data: {"choices":[],"usage" : null}\n\n',
  'data: not JSON with "usage":{\n\n',
  `event: message_delta\ndata:${JSON.stringify(last)}\n\n`,
  'event: message_stop\ndata: {"type":"message_stop"}\n\n',
].join('');

test.each([1, 2, 3, 7, 16, 61, 250, 100_000])('in pieces of %i bytes', (pieces) => {
  expect(scanned(stream, pieces)).toEqual([first, last, { type: 'message_stop' }]);
});

test('the last line needs no newline', () => {
  expect(scanned('data: {"usage":{"input_tokens":1}}', 5)).toEqual([{ usage: { input_tokens: 1 } }]);
});

test('two marks in one line are one event', () => {
  const both = { usage: { input_tokens: 1 }, error: { type: 'x' } };
  expect(scanned(`data: ${JSON.stringify(both)}\n`, 10_000)).toEqual([both]);
});

test('a line without end takes no memory without end', () => {
  const found: unknown[] = [];
  const scan = createEventScan((value) => found.push(value));
  const piece = Buffer.alloc(2 ** 20, 'x');
  const before = process.memoryUsage().arrayBuffers;
  for (let count = 0; count < 100; count += 1) scan.feed(Buffer.from(piece));
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 * 2 ** 20);
  scan.feed(Buffer.from('\ndata: {"usage":{"input_tokens":1}}\n'));
  expect(found).toEqual([{ usage: { input_tokens: 1 } }]);
});
