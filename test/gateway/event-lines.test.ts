/** Lines of an events body: what counts as an event and what is said about what does not. */
import { expect, expectTypeOf, test } from 'vitest';
import type { z } from 'zod';
import type { ShimEvent, ShimEventBody } from '#runners/shim/protocol.ts';
import { parseEventLines } from '#src/gateway/event-lines.ts';
import { shimEvent } from '#src/gateway/event-schema.ts';
import { event } from './scratch.ts';

const limits = { lineBytes: 1000, events: 3 };
const parse = (text: string | Buffer) => parseEventLines(Buffer.from(text), limits);

const head = 'c'.repeat(40);
const all: ShimEventBody[] = [
  { type: 'shim_started', protocol: 1, shim: '0.1.0', resumed: false },
  { type: 'checkout_ready', head, notes: ['2 submodules stay empty'] },
  { type: 'agent_started', agent: 'command', session: 's', resumed: false },
  { type: 'prompt_started', number: 1, kind: 'implement' },
  { type: 'message', text: 'hi' },
  { type: 'message', text: 'hi', stream: 'stderr', truncated: 4 },
  { type: 'tool', id: '1', title: 'ls', status: 'completed', kind: 'execute' },
  { type: 'usage', said: { tokens: 3 } },
  { type: 'progress', message: 'half' },
  { type: 'permission', title: 'rm', answer: 'allow' },
  { type: 'poke_delivered', message: 2, how: 'next_turn' },
  { type: 'prompt_ended', number: 1, stop: 'end_turn', exitCode: 3, lastLines: ['x'] },
  { type: 'setup_step', command: 'npm ci', exitCode: 1, ms: 12, lastLines: ['no'] },
  { type: 'output_capped', bytes: 10 },
  { type: 'note', text: '' },
  {
    type: 'finished',
    verdict: {
      outcome: 'failed',
      cause: 'agent_exit',
      exitCode: 1,
      end: { stop: 'end_turn', error: { code: -32000, message: 'no' }, failure: { category: 'auth' } },
      head,
      changed: true,
      commits: 2,
      result: [1],
    },
    lastMessage: 0,
  },
];

test('the schema leaves no event of the protocol out', () => {
  expectTypeOf<ShimEvent['type']>().toEqualTypeOf<z.infer<typeof shimEvent>['type']>();
  expect(new Set(all.map(({ type }) => type))).toEqual(
    new Set(shimEvent.options.map((option) => option.shape.type.value)),
  );
});

test.each(all)('$type is taken as it is', (body) => {
  const parsed = parse(event(7, body));
  expect(parsed).toEqual({ kind: 'events', events: [{ seq: 7, at: '2026-11-21T12:00:00.000Z', ...body }] });
});

test.each([
  ['a repeated seq', event(4) + event(4), /^Line 2 has seq 4 after seq 4/],
  ['a gap', event(1) + event(3), /^Line 2 has seq 3 after seq 1/],
  ['a type of another version', event(1, { type: 'dance' }), /type "dance", which this host does not know/],
  ['no type', event(1, {}), /^Line 1 is not an event/],
  ['a field of the wrong kind', event(1, { type: 'note', text: 7 }), /text: /],
  [
    'a field that is not in the protocol',
    event(1, { type: 'note', text: '', run: 'other' }),
    /is not an event/,
  ],
  ['a seq that is no number', event(1).replace('"seq":1', '"seq":"1"'), /seq: /],
  ['seq zero', event(0), /seq: /],
  ['not JSON', '{"seq":1,\n', /^Line 1 is not JSON/],
  ['not UTF-8', Buffer.from([0x22, 0xff, 0x22, 0x0a]), /not JSON in UTF-8/],
  ['a list', '[]\n', /is not an event/],
  ['nothing', '\n\n', /holds no event/],
])('%s is refused with a sentence', (_name, text, reason) => {
  expect(parse(text)).toEqual({ kind: 'refused', status: 400, reason: expect.stringMatching(reason) });
});

test('an oversized line and too many lines are refused as too large', () => {
  expect(parse(event(1, { type: 'note', text: 'x'.repeat(1000) }))).toMatchObject({ status: 413 });
  expect(parse(event(1) + event(2) + event(3) + event(4))).toMatchObject({ status: 413 });
});

test('what an agent nests or names cannot reach later code', () => {
  const deep = '['.repeat(200_000) + ']'.repeat(200_000);
  const line = event(1, { type: 'usage', said: 0 }).replace(
    '"said":0',
    `"said":{"__proto__":{"admin":true},"x":${deep}}`,
  );
  const parsed = parseEventLines(Buffer.from(line), { lineBytes: 1_000_000, events: 1 });
  if (parsed.kind !== 'events') throw new Error(parsed.reason);
  expect(JSON.stringify(parsed.events)).toContain('nested too deeply');
  expect(JSON.stringify(parsed.events)).not.toContain('admin');
});
