/** Answers to commands, each a comment of its own. */
import type { CommandShape } from '#src/core/grammar/command-shape.ts';
import { fenced } from '#src/core/text/fence.ts';
import { inlineCode } from '#src/core/text/inline-code.ts';
import { speakLine } from '#src/core/text/speak.ts';
import { type StatusView, statusText } from './status-comment.ts';

export const editsDoNotAct = 'Post a new comment; edits do not act.';

/** Every command there is, from the registry. */
export function helpComment(shapes: readonly CommandShape[]): string {
  return [
    'Commands, each on a line of its own in a new comment:',
    '',
    '| command | what it does | who |',
    '|---|---|---|',
    ...shapes.map(
      ({ usage, summary, permission }) =>
        `| ${bar(inlineCode(usage))} | ${bar(summary)} | ${whoMay[permission]} |`,
    ),
    '',
    'Quotes, code and edited comments are ignored.',
  ].join('\n');
}

const whoMay = { write: 'people with write permission', none: 'everyone' } as const;

function bar(text: string): string {
  return text.replaceAll('|', '\\|');
}

/** Answer to `/prlt status`: what the status comment says now, for an item that may never have been asked for. */
export function statusReply(view: Omit<StatusView, 'marker'> | undefined): string {
  if (view) return statusText(view);
  return 'Nobody has asked for work on this item yet. Start an agent with `/prlt start` or the label `agent:ready`.';
}

/** Answer to `/prlt poke` when no agent is there to hear it. */
export function pokeNothingRuns({
  key,
  pull,
}: {
  key: string;
  pull?: { number: number; url: string };
}): string {
  const start = 'Put what the agent should know into the description and give `/prlt start`.';
  const review = pull ? ` The change is in [#${pull.number}](${pull.url}).` : '';
  return `No agent works on ${inlineCode(key, 150)} now, so nobody heard this.${review} ${start}`;
}

/** `usage` may have several lines, one per command. */
export function commandError({ sentence, usage }: { sentence: string; usage: string }): string {
  return [speakLine(sentence, { max: 500 }), '', 'Usage:', fenced(usage, 'text'), '', editsDoNotAct].join(
    '\n',
  );
}

/** The sentence for a text that changed after it was asked for. `at` is an ISO time. */
export function editedAfter({ who, at }: { who: string; at: string }): string {
  return `The text was edited after it was asked for, by ${inlineCode(who, 60)} at ${at}; the earlier text is used. To use the new one: \`/prlt stop\`, then \`/prlt start\`.`;
}

/** Said in every status comment of a run outside a container. */
export const hostRuntimeNotice =
  'This run is not isolated: `PRLT_RUNTIME=host` runs the agent as a process of the machine of the service.';
