/** The one comment per item that is edited in place: where the work stands, and what people can do about it. */
import { dollarsOf } from '#src/core/money.ts';
import { fenced } from '#src/core/text/fence.ts';
import { inlineCode } from '#src/core/text/inline-code.ts';
import { plainText, speakLine } from '#src/core/text/speak.ts';
import { type AgentSaid, agentSaid } from './agent-said.ts';
import { duration } from './duration.ts';

export type ShownState =
  | 'queued'
  | 'starting'
  | 'working'
  | 'publishing'
  | 'review'
  | 'done'
  | 'failed'
  | 'stopped'
  | 'waiting';

export interface StatusView {
  key: string;
  state: ShownState;
  /** Why it is in this state, when the state does not say; one plain sentence of ours. */
  reason?: string;
  agent?: string;
  runner?: string;
  profile?: string;
  branch?: string;
  branchUrl?: string;
  /** Milliseconds since the run was claimed, or its whole length once it ended. */
  elapsedMs?: number;
  attempt?: { number: number; max: number };
  /** The agent's last lines, as it wrote them. */
  progress: readonly string[];
  /** What the agent wants people to know. */
  said?: AgentSaid;
  /** By the name under `limits` in `.github/prlt.yml`, as people wrote or would write it: `{ run: '60m' }`. */
  limits: Readonly<Record<string, string>>;
  model?: string;
  /** Millionths of a US dollar. */
  spend?: { cap: number; spent: number };
  pull?: { number: number; url: string; draft: boolean };
  error?: { code: string; sentence: string; todo?: string };
  /** Sentences of ours, such as what was left out of the prompt. */
  notes: readonly string[];
  /** ISO time of the next attempt. */
  retryAt?: string;
  /** From core/text/marker. */
  marker: string;
}

type Shown = Omit<StatusView, 'marker'>;

const headlines: Record<ShownState, string> = {
  queued: '⏳ Waiting for a free agent',
  starting: '🚀 Starting',
  working: '🛠️ Working',
  publishing: '📦 Publishing the change',
  review: '👀 Ready for review',
  done: '✅ Done',
  failed: '❌ Failed',
  stopped: '⏹️ Stopped',
  waiting: '⏸️ Waiting',
};

const mostLines = 20;
const longestLine = 400;

/** Markdown. The marker comes first, so that a cut body still has it. */
export function statusComment(view: StatusView): string {
  return [view.marker, statusText(view)].join('\n');
}

/** The same without the marker, for answers to `/prlt status`. */
export function statusText(view: Shown): string {
  return [
    headline(view),
    facts(view),
    failure(view),
    notes(view.notes),
    said(view),
    progress(view),
    steering(view),
  ]
    .filter((block) => block !== '')
    .join('\n\n');
}

/** `🛠️ Working`, as the first line and in answers. */
export function stateName(state: ShownState): string {
  return headlines[state];
}

function headline({ key, state, reason, pull }: Shown): string {
  const change = pull
    ? ` · ${pull.draft ? 'draft pull request' : 'pull request'} [#${pull.number}](${pull.url})`
    : '';
  return `### ${headlines[state]} · ${inlineCode(key, 150)}${change}${reason ? `\n\n${reason}` : ''}`;
}

function facts(view: Shown): string {
  const { agent, runner, profile, model, spend, branch, branchUrl, elapsedMs, attempt, limits } = view;
  const shownBranch = branch === undefined ? undefined : inlineCode(branch, 250);
  const rows: [string, string | undefined][] = [
    ['Agent', agent === undefined ? undefined : inlineCode(agent, 60)],
    ['Runner', withProfile(runner, profile)],
    ['Model', model === undefined ? undefined : inlineCode(model, 100)],
    ['Spent', spend && `${dollarsOf(spend.spent)} of ${dollarsOf(spend.cap)} (\`limits.spend.run\`)`],
    ['Branch', shownBranch && branchUrl ? `[${shownBranch}](${branchUrl})` : shownBranch],
    ['Elapsed', elapsedMs === undefined ? undefined : duration(elapsedMs)],
    ['Attempt', attempt && `${attempt.number} of ${attempt.max} (\`limits.attempts\`)`],
    ['Limits', limitList(limits)],
  ];
  const lines = rows
    .filter(([, value]) => value)
    .map(([name, value]) => `| ${name} | ${cell(value ?? '')} |`);
  return lines.length > 0 ? ['| | |', '|---|---|', ...lines].join('\n') : '';
}

function withProfile(runner: string | undefined, profile: string | undefined): string | undefined {
  if (runner === undefined) return undefined;
  const name = inlineCode(runner, 60);
  return profile === undefined ? name : `${name}, profile ${inlineCode(profile, 60)}`;
}

function limitList(limits: StatusView['limits']): string {
  return Object.entries(limits)
    .map(([name, value]) => `\`limits.${name}\` ${value}`)
    .join(' · ');
}

/** A bar ends a table cell even inside code. */
function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}

function failure({ error, retryAt }: Shown): string {
  const again = retryAt ? `The next attempt starts at ${retryAt}.` : '';
  if (!error) return again;
  const { code, sentence, todo } = error;
  return [`**${code}**: ${speakLine(sentence, { max: 1000 })}`, todo ?? '', again]
    .filter(Boolean)
    .join('\n\n');
}

function notes(sentences: readonly string[]): string {
  return sentences.map((sentence) => `> ${speakLine(sentence, { max: 1000 })}`).join('\n>\n');
}

function said({ said: words }: Shown): string {
  return words ? agentSaid(words) : '';
}

function progress({ progress: written, state }: Shown): string {
  const lines = written.flatMap((line) => plainText(line).split('\n')).filter((line) => line.trim() !== '');
  if (lines.length === 0) return '';
  const shown = lines
    .slice(-mostLines)
    .map((line) =>
      [...line].length > longestLine ? `${[...line].slice(0, longestLine - 1).join('')}…` : line,
    );
  const open = state === 'failed' ? ' open' : '';
  return [
    `<details${open}><summary>Last lines</summary>`,
    '',
    fenced(shown.join('\n'), 'text'),
    '',
    '</details>',
  ].join('\n');
}

function steering({ state, error, retryAt }: Shown): string {
  // What waits for a person has a failure that says how it goes on.
  if (state === 'waiting' && error && !retryAt) return 'Go on: `/prlt retry` · Give it up: `/prlt stop`';
  switch (state) {
    case 'working':
      return 'Steer it: `/prlt poke "…"` · Stop it: `/prlt stop`';
    case 'queued':
    case 'starting':
    case 'publishing':
    case 'waiting':
      return 'Stop it: `/prlt stop`';
    case 'failed':
      return error?.todo?.includes('/prlt start') ? '' : 'Try again: `/prlt start`';
    case 'stopped':
      return 'Start again: `/prlt start`';
    case 'review':
    case 'done':
      return '';
    default:
      return unknownState(state);
  }
}

function unknownState(state: never): never {
  throw new Error(`no words for state ${JSON.stringify(state)}`);
}
