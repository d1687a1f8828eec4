/** What the demo prints: one calm line per thing that happens, with the time since the start. */
import { styleText } from 'node:util';

export type Speaker = 'you' | 'github' | 'prlt' | 'agent';

export interface Timeline {
  /** A line of its own, such as the title of a part. */
  heading(text: string): void;
  /** Something happened now. Further lines of the text are indented below the first. */
  say(speaker: Speaker, text: string): void;
  /** Text as it is, such as a diff. */
  print(text: string): void;
}

const colours = { you: 'yellow', github: 'magenta', prlt: 'cyan', agent: 'green' } as const;

/** @param now milliseconds; the first call is the start */
export function createTimeline(write: (line: string) => void, now: () => number): Timeline {
  const start = now();
  return {
    heading: (text) => write(`\n${styleText('bold', text)}`),
    say: (speaker, text) => {
      const time = `${((now() - start) / 1000).toFixed(1)} s`.padStart(8);
      const who = styleText(colours[speaker], speaker.padEnd(7));
      write(`${styleText('dim', time)}  ${who} ${printable(text).replaceAll('\n', `\n${' '.repeat(18)}`)}`);
    },
    print: (text) => write(printable(text)),
  };
}

/** Nothing that an agent or a repository wrote may steer the terminal. */
function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  return text.trimEnd().replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '');
}
