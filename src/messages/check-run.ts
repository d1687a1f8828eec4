/** The check run `prlt` on the pull request: one line and a short text. */
import { speakLine } from '#src/core/text/speak.ts';
import { duration } from './duration.ts';
import { type ShownState, stateName } from './status-comment.ts';

export interface CheckRunView {
  key: string;
  state: ShownState;
  agent?: string;
  runner?: string;
  elapsedMs?: number;
  commits?: number;
  error?: { code: string; sentence: string; todo?: string };
  notes: readonly string[];
  /** Address of the status comment. */
  statusUrl?: string;
}

/** GitHub takes 255 characters of title. */
export function checkRun(view: CheckRunView): { title: string; summary: string } {
  const { key, state, agent, runner, elapsedMs, commits, error, notes, statusUrl } = view;
  const what = error ? error.code : stateName(state);
  const facts = [
    agent && `agent ${speakLine(agent, { max: 60 })}`,
    runner && `runner ${speakLine(runner, { max: 60 })}`,
    elapsedMs !== undefined && duration(elapsedMs),
    commits !== undefined && (commits === 1 ? '1 commit' : `${commits} commits`),
  ].filter(Boolean);
  const summary = [
    facts.join(' · '),
    error ? `**${error.code}**: ${speakLine(error.sentence, { max: 1000 })}` : '',
    error?.todo ?? '',
    ...notes.map((note) => speakLine(note, { max: 1000 })),
    statusUrl ? `[Where it stands](${statusUrl})` : '',
  ].filter(Boolean);
  return {
    title: `${what} · ${[...key].slice(0, 150).join('')}`,
    summary: summary.join('\n\n') || stateName(state),
  };
}

/** For the status comment, where the check run could not be set. */
export function uncheckedNote(reason: string): string {
  return `PERMISSION_MISSING: the check \`prlt\` could not be set: ${speakLine(reason, { max: 200 })} The App needs write permission for checks; it is set when that is given.`;
}
