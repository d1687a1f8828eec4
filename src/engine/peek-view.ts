/** What `/prlt peek` shows of an item's latest run: what it did, or what its agent was told. */
import { toolNames } from '#runners/tools/definitions.ts';
import { holdsSeat, type Item, type Run } from '../core/item.ts';
import type { peekReply, promptReply } from '../messages/peek.ts';
import { latestRun } from '../store/latest-run.ts';
import { lastWords } from './agent-words.ts';
import type { Context } from './context.ts';
import { keptDays } from './retention.ts';

const peekedEvents = 60;

/** With everything secret taken out. */
export async function peekView(context: Context, item: Item): Promise<Parameters<typeof peekReply>[0]> {
  const { run, key } = item;
  if (!run) return { key, running: false, lines: [] };
  const words = await lastWords(context.db, run.id, peekedEvents, {
    events: ['message', 'progress', 'tool', 'note'],
    tools: [...toolNames],
  });
  const lines = words.map((text) => context.secrets.redact(text));
  return { key, agent: run.agent, running: holdsSeat(item), lines, ...forgotten(context, run) };
}

/** The exact first prompt of the latest run that was given one; a launch may have failed since. */
export async function promptView(context: Context, item: Item): Promise<Parameters<typeof promptReply>[0]> {
  const { key } = item;
  const row = await latestRun(context.db, 'item', item.id);
  if (!row) return { key, ...forgotten(context, item.run) };
  const { text } = row.assignment.prompt;
  return { key, given: { run: row.id, text, hash: row.spec.promptHash ?? '' } };
}

/** Whether what was there to show may be gone. */
function forgotten({ now, settings }: Context, run: Run | undefined): { keptDays?: number } {
  const old = run?.endedAt !== undefined && run.endedAt < now() - settings.keep;
  return old ? { keptDays: keptDays(settings) } : {};
}
