/** The status comment and the answers to commands: what an agent had a say in goes out without secrets. */
import { expect, test } from 'vitest';
import type { Effect } from '#src/core/effect.ts';
import { reply } from '#src/engine/effects/reply.ts';
import { statusComment } from '#src/engine/effects/status-comment.ts';
import { saveItem } from '#src/store/items.ts';
import { origin } from '#test/support/builders.ts';
import { itemAt } from '../../core/story.ts';
import { scratchContext } from '../scratch.ts';

const secret = 'a webhook secret';
const asked = { kind: 'reply', origin, ordinal: 1, reply: { kind: 'status' } } as Effect;

test.each([
  ['status comment', statusComment, { kind: 'status-comment' } as Effect],
  ['answer to a command', reply, asked],
])('a secret in the %s is taken out', async (_name, execute, effect) => {
  const sent: string[] = [];
  const putComment = async (_item: unknown, _number: unknown, body: string) => sent.push(body);
  const { context } = await scratchContext({
    board: { putComment } as never,
    runtime: { name: 'docker' } as never,
    markerKey: 'a key',
  });
  const item = { ...itemAt('review'), notes: [`The agent says: ${secret}.`] };
  await saveItem(context.db, item, 0);
  const job = { item, again: false, attempts: 0, receipt: undefined, signal: new AbortController().signal };
  await execute(context, { ...job, effect } as never);
  expect(sent).toEqual([expect.stringContaining('The agent says: [redacted].')]);
  expect(sent.join('')).not.toContain(secret);
});
