/** Answer to `/prlt peek`: what the agent said and did last, as it was, without secrets. */
import { fenced } from '#src/core/text/fence.ts';
import { inlineCode } from '#src/core/text/inline-code.ts';
import { plainText } from '#src/core/text/speak.ts';

const longestPeek = 8_000;

/** `lines` are the agent's, oldest first; what is too long is cut from the front. */
export function peekReply(view: {
  key: string;
  agent?: string;
  running: boolean;
  lines: readonly string[];
}): string {
  const key = inlineCode(view.key, 150);
  const text = plainText(view.lines.join('\n')).trim();
  if (text === '') return `Nothing has been heard from an agent on ${key} yet.`;
  const who = view.agent ? `Agent ${inlineCode(view.agent, 60)}` : 'The agent';
  const shown = text.length > longestPeek ? `…${text.slice(-longestPeek)}` : text;
  return `${who} on ${key}, ${view.running ? 'still at work' : 'not running now'}. Last of what it did:\n\n${fenced(shown, 'text')}`;
}
