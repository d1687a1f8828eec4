/** What `/prlt peek --prompt` shows: the prompt of the latest run that was given one. */
import { expect, test } from 'vitest';
import { promptView } from '#src/engine/peek-view.ts';
import { promptReply } from '#src/messages/peek.ts';
import { assignRun } from '#src/store/runs.ts';
import { itemAt } from '../core/story.ts';
import { scratchContext } from './scratch.ts';

const item = itemAt('claimed');
const day = 86_400_000;

async function told(...prompts: string[]) {
  const { context, ...rest } = await scratchContext();
  for (const [index, text] of prompts.entries()) {
    const id = `run${index}`;
    const assignment = { prompt: { text } } as never;
    const row = { id, item: item.id, epoch: index + 1, workspace: id, assignment, deadline: 1 };
    await assignRun(context.db, { ...row, spec: { promptHash: `hash${index}` } as never }, 1);
  }
  return { context, ...rest };
}

test('a launch that came to nothing does not hide what the run before it was told', async () => {
  const { context } = await told('first', 'second');
  const later = { ...item, run: { ...item.run, id: 'never assigned' } } as never;
  expect(await promptView(context, later)).toEqual({
    key: item.key,
    given: { run: 'run1', text: 'second', hash: 'hash1' },
  });
});

test('nothing was told, or it is not kept any longer', async () => {
  const { context, pass } = await told();
  expect(promptReply(await promptView(context, item))).toMatch(/^No agent has been given a prompt/);
  const ended = { ...item, run: { ...item.run, phase: 'ended', endedAt: context.now() } } as never;
  pass(15 * day);
  expect(promptReply(await promptView(context, ended))).toContain('more than 14 days ago');
});

test('what is longer than a comment says how long it is, its hash, and where the whole is', async () => {
  const { context } = await told('é'.repeat(60_000));
  const reply = promptReply(await promptView(context, item));
  expect(reply).toContain('SHA-256 `hash0`. It has 60000 characters');
  expect(reply).toContain('the first 55000');
  expect(reply).toContain('`prlt prompt run0`');
  expect(reply.length).toBeLessThan(60_000);
  const short = promptReply(await promptView((await told('short')).context, item));
  expect(short).not.toContain('prlt prompt');
});
