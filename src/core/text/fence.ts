/** Puts a text into a code fence that nothing in it can close. */

/** `info` is the language after the opening fence; keep it to letters. */
export function fenced(text: string, info = ''): string {
  const ticks = longestRun(text, '`');
  const tildes = longestRun(text, '~');
  // The shorter of the two keeps a text of 60,000 backticks from doubling the output.
  const fence = ticks <= tildes ? '`'.repeat(Math.max(3, ticks + 1)) : '~'.repeat(Math.max(3, tildes + 1));
  return `${fence}${info}\n${text}${text.endsWith('\n') ? '' : '\n'}${fence}`;
}

function longestRun(text: string, char: string): number {
  let longest = 0;
  let run = 0;
  for (const one of text) {
    run = one === char ? run + 1 : 0;
    if (run > longest) longest = run;
  }
  return longest;
}
