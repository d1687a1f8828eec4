/** What `/prlt peek` shows of an item's latest run: what it did, or what its agent was told. */
import { toolNames } from '#runners/tools/definitions.ts';
import { holdsSeat, type Item } from '../core/item.ts';
import type { peekReply, promptReply } from '../messages/peek.ts';
import { runById } from '../store/runs.ts';
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
  const old = run.endedAt !== undefined && run.endedAt < context.now() - context.settings.keep;
  return {
    key,
    agent: run.agent,
    running: holdsSeat(item),
    lines,
    ...(old ? { keptDays: keptDays(context.settings) } : {}),
  };
}

/** The exact first prompt of the latest run that was given one. */
export async function promptView(context: Context, item: Item): Promise<Parameters<typeof promptReply>[0]> {
  const row = item.run && (await runById(context.db, item.run.id));
  if (!row) return { key: item.key };
  return { key: item.key, prompt: row.assignment.prompt.text, hash: row.spec.promptHash ?? '' };
}
