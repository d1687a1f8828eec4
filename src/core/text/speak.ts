/** The one way out for text that others wrote: what prlt posts in its own name pings nobody, closes and loads nothing. */
import { stripInvisible } from './invisible.ts';

/** Shows as nothing and breaks whatever it stands in: a mention, a reference, a tag, an image. */
const breaker = '\u200b';

/** Terminal control sequences: CSI, OSC and other strings, two-byte escapes. */
const terminal =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it takes out
  /[\u001b\u009b](?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\u0007\u001b\u009c\n]*(?:\u0007|\u001b\\|\u009c)?|[ -/]*[0-~])|\u009b[0-?]*[ -/]*[@-~]/g;

const closing =
  /\b(clos|fix|resolv)(?=(?:e|es|ed|ing)?[^a-z0-9\n]{1,20}(?:https?:|gh-\d|#|[\w.-]{1,100}\/[\w.-]{1,100}#))/gi;

/** Each puts the breaker behind what it matches. None takes anything away, so code in the text stays readable. */
const breaks: readonly RegExp[] = [
  /@(?=\S)/g,
  /#(?=\d)/g,
  /\/(?:issues|pulls?|discussions|commit)\/(?=\w)/gi,
  closing,
  /!(?=\[)/g,
  /<(?=[a-z/!?])/gi,
  /&(?=#?\w{1,31};)/g,
  // Other bots obey slash commands on their own line.
  /^[ \t]*(?=\/[a-z])/gim,
];

/**
 * Makes a text by an agent or a stranger fit for a comment or a pull request, as a block of its own.
 * `max` is the length in code points; what is longer is cut and says so. An open code fence is closed.
 */
export function speak(text: string, { max }: { max: number }): string {
  const plain = stripInvisible(text.replaceAll(terminal, '')).text.trim();
  const { kept, cut } = firstPoints(plain, max);
  const broken = breaks.reduce(
    (left, pattern) => left.replaceAll(pattern, (found) => `${found}${breaker}`),
    kept,
  );
  const closed = withClosedFence(broken);
  return cut > 0 ? `${closed}\n\n… (${cut} more characters left out)` : closed;
}

/** The same for one line, such as a title: line ends become spaces and the cut is a mere `…`. */
export function speakLine(text: string, { max }: { max: number }): string {
  const line = stripInvisible(text.replaceAll(terminal, '')).text.replaceAll(/\s+/g, ' ').trim();
  const { kept, cut } = firstPoints(line, max);
  const shown = cut > 0 ? `${firstPoints(line, Math.max(0, max - 1)).kept.trimEnd()}…` : kept;
  return breaks.reduce((left, pattern) => left.replaceAll(pattern, (found) => `${found}${breaker}`), shown);
}

/** Plain text of a terminal, for a place that shows it as it is, such as a code fence. */
export function plainText(text: string): string {
  return stripInvisible(text.replaceAll(terminal, '')).text;
}

/** The first `max` code points, and how many are left. */
function firstPoints(text: string, max: number): { kept: string; cut: number } {
  let count = 0;
  let end = 0;
  for (const point of text) {
    if (count < max) end += point.length;
    count += 1;
  }
  return { kept: text.slice(0, end), cut: Math.max(0, count - max) };
}

function withClosedFence(text: string): string {
  let open: string | undefined;
  for (const line of text.split('\n')) {
    const mark = /^ {0,3}(`{3,}(?=[^`]*$)|~{3,})/.exec(line)?.[1];
    if (!mark) continue;
    if (open === undefined) open = mark;
    else if (mark[0] === open[0] && mark.length >= open.length && /^ {0,3}[`~]+[ \t]*$/.test(line))
      open = undefined;
  }
  return open === undefined ? text : `${text}\n${open}`;
}
