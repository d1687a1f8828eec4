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

/** Answer to `/prlt poke` and `/prlt stop` when no agent is there to hear it. */
export function nothingRuns(
  asked: 'poke' | 'stop',
  { key, pull }: { key: string; pull?: { number: number; url: string } },
): string {
  const nobody = `No agent works on ${inlineCode(key, 150)} now`;
  const review = pull ? ` The change is in [#${pull.number}](${pull.url}).` : '';
  if (asked === 'stop') return `NOTHING_RUNNING: ${nobody}, so there is nothing to stop.${review}`;
  const start = 'Put what the agent should know into the description and give `/prlt start`.';
  return `NOTHING_RUNNING: ${nobody}, so nobody heard this.${review} ${start}`;
}

/** `usage` may have several lines, one per command. */
export function commandError({
  code,
  sentence,
  usage,
}: {
  code: string;
  sentence: string;
  usage: string;
}): string {
  return [
    `${code}: ${speakLine(sentence, { max: 500 })}`,
    '',
    'Usage:',
    fenced(usage, 'text'),
    '',
    editsDoNotAct,
  ].join('\n');
}

/** Said in every status comment of a run outside a container. */
export const hostRuntimeNotice =
  'This run is not isolated: `PRLT_RUNTIME=host` runs the agent as a process of the machine of the service.';

/** Answer to a request on an issue that is closed. */
export function itemClosed(key: string): string {
  return `${inlineCode(key, 150)} is closed, so nothing was started. Reopen it and ask again.`;
}

/** Said when a label was found late and somebody who may not ask has changed the text since. */
export function editedSince(who: string): string {
  return `${inlineCode(who, 60)}, who has no write permission here, edited this after the label was put on, so nothing was started. Read it once more, then take the label off and put it on again.`;
}

/** Answer to `/prlt retry` where nothing was tried yet. */
export function nothingToRetry(key: string): string {
  return `Nobody has asked for work on ${inlineCode(key, 150)} yet, so there is nothing to try again. Start it with \`/prlt start\`.`;
}
