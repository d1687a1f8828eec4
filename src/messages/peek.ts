/** Answers to `/prlt peek`: what the agent said and did last, as it was, without secrets; or what it was told. */
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
  /** Its run ended longer ago than what runs did is kept, days. */
  keptDays?: number;
}): string {
  const key = inlineCode(view.key, 150);
  const text = plainText(view.lines.join('\n')).trim();
  if (text === '' && view.keptDays !== undefined) {
    return `The last agent on ${key} ended more than ${view.keptDays} days ago; what it did is not kept any longer.`;
  }
  if (text === '') return `Nothing has been heard from an agent on ${key} yet.`;
  const who = view.agent ? `Agent ${inlineCode(view.agent, 60)}` : 'The agent';
  const shown = text.length > longestPeek ? `…${text.slice(-longestPeek)}` : text;
  return `${who} on ${key}, ${view.running ? 'still at work' : 'not running now'}. Last of what it did:\n\n${fenced(shown, 'text')}`;
}

/** A comment of GitHub's holds 65,536 characters. */
const longestPrompt = 55_000;

/** Answer to `/prlt peek --prompt`: the exact text, and its hash so that it can be compared. */
export function promptReply(view: {
  key: string;
  given?: { run: string; text: string; hash: string };
  /** Its run ended longer ago than what runs did is kept, days. */
  keptDays?: number;
}): string {
  const { given, keptDays } = view;
  const key = inlineCode(view.key, 150);
  if (!given && keptDays !== undefined) {
    return `The last agent on ${key} ended more than ${keptDays} days ago; what it was told is not kept any longer.`;
  }
  if (!given) return `No agent has been given a prompt for ${key} yet.`;
  const { run, text, hash } = given;
  const more =
    text.length > longestPrompt
      ? ` It has ${text.length} characters, more than a comment holds; these are the first ${longestPrompt}. The operator of this service prints the whole with ${inlineCode(`prlt prompt ${run}`)}.`
      : '';
  const shown = fenced(text.slice(0, longestPrompt), 'text');
  return `The first prompt of the latest run of ${key} that was given one, SHA-256 ${inlineCode(hash || 'unknown')}.${more}\n\n<details><summary>Prompt</summary>\n\n${shown}\n\n</details>`;
}
