/** The word to a run that its money runs out: stored once, and said in the ways that reach its agent. */
import { promptText } from '#runners/shim/message-text.ts';
import type { Executor } from '../store/open.ts';
import { messageFrom } from '../store/runs.ts';

/** The source of the message. */
export function wrapUpOf(run: string): string {
  return `wrap-up/${run}`;
}

/** As its agent is to read it; undefined for a run that was not told. */
export async function wrapUpHint(db: Executor, run: string): Promise<string | undefined> {
  const told = await messageFrom(db, wrapUpOf(run));
  return told?.type === 'wrap_up' ? promptText(told) : undefined;
}
