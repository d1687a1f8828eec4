/** The demo's lines: time, speaker, text, and nothing that steers a terminal. */
import { describe, expect, it } from 'vitest';
import { createTimeline } from '../../demo/timeline.ts';

/** What is left of a line without the colours of our own. */
function plain(line: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it is how a colour begins
  return line.replaceAll(/\u001b\[\d+m/g, '');
}

describe('the timeline', () => {
  function record(...times: number[]) {
    const lines: string[] = [];
    const timeline = createTimeline(
      (line) => lines.push(plain(line)),
      () => times.shift() ?? 0,
    );
    return { timeline, lines };
  }

  it('says when, who and what, with further lines below the first', () => {
    const { timeline, lines } = record(5_000, 6_250);
    timeline.say('agent', 'one\ntwo\n');
    expect(lines).toEqual([`   1.3 s  agent   one\n${' '.repeat(18)}two`]);
  });

  it('takes out what would steer the terminal', () => {
    const { timeline, lines } = record(0, 0);
    timeline.say('agent', 'a\u001b[2Jb\u009bc\rd\te');
    timeline.print('x\u0007y');
    expect(lines).toEqual(['   0.0 s  agent   a[2Jbcd\te', 'xy']);
  });
});
