/** A short piece of anyone's text as Markdown inline code on one line, whatever backticks it holds. */
import { stripInvisible } from './invisible.ts';

/** At most `max` code points of `text` are shown; an empty text becomes `(empty)`. */
export function inlineCode(text: string, max = 200): string {
  const line = stripInvisible(text).text.replaceAll(/\s+/g, ' ').trim();
  const points = [...line];
  const shown = points.length > max ? `${points.slice(0, max - 1).join('')}…` : line;
  if (shown === '') return '(empty)';
  const longest = Math.max(0, ...(shown.match(/`+/g) ?? []).map((run) => run.length));
  const fence = '`'.repeat(longest + 1);
  const pad = longest > 0 ? ' ' : '';
  return `${fence}${pad}${shown}${pad}${fence}`;
}
