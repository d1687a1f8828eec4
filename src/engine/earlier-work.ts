/** Gathers what is known of another agent's work on the same item, for the prompt of the one that takes over. */
import type { HostMessage, ShimEvent } from '#runners/shim/protocol.ts';
import type { Item, Run } from '../core/item.ts';
import type { EarlierWork } from '../core/prompt/earlier-work.ts';
import { hasOpenEffects } from '../store/effects.ts';
import { lastRunEvents, messagesAfter, type RunRow, runById } from '../store/runs.ts';
import { lastToolCalls } from '../store/tools.ts';
import { finishResult } from './agent-words.ts';
import type { Context } from './context.ts';
import { bounds } from './effects/publish.ts';
import { verdictOf } from './verdict.ts';

export type Sources = Pick<Context, 'db' | 'handover' | 'mirrors' | 'secrets' | 'log'>;

/** Runs that are looked at, the newest ones, and what of each. */
const shownRuns = 3;
const shown = { words: 12, progress: 6, looked: 100, decisions: 10, questions: 5, files: 40 };
/** Unpacking what was handed over is not to hold up the launch, milliseconds. */
const inspection = { ...bounds, timeoutMs: 20_000, protect: [], allowWorkflows: true };

/**
 * Undefined when the run's own runner did the last of it: its conversation goes on. With everything secret taken out;
 * `runner` is the one that was there before.
 */
export async function earlierWork(
  context: Sources,
  item: Item,
  run: Run,
): Promise<{ runner: string; work: EarlierWork } | undefined> {
  const rows = await Promise.all((run.continues?.runs ?? []).map((id) => runById(context.db, id)));
  const known = rows.filter((row) => row !== undefined);
  const before = known.at(-1)?.assignment.agent.runner;
  if (before === undefined || before === run.runner) return undefined;
  const others = known.filter((row) => row.assignment.agent.runner !== run.runner).slice(-shownRuns);
  const [works, branch] = await Promise.all([
    Promise.all(others.map((row) => workOf(context, row.id))),
    branchOf(context, item, run, known),
  ]);
  const work: EarlierWork = {
    told: works.flatMap(({ told }) => told),
    decisions: works.flatMap(({ decisions }) => decisions),
    questions: works.flatMap(({ questions }) => questions),
    summary: works.flatMap(({ summary }) => summary),
    last: works.flatMap(({ last }) => last).slice(-shown.words),
    ...(branch ? { branch } : {}),
  };
  return { runner: before, work: redacted(work, context.secrets.redact) };
}

async function workOf({ db }: Sources, run: string): Promise<Required<Omit<EarlierWork, 'branch'>>> {
  const [messages, asked, blockers, proposals, [end]] = await Promise.all([
    messagesAfter(db, run, 0),
    lastToolCalls(db, run, ['ask_human'], shown.questions),
    lastToolCalls(db, run, ['report_blocker'], 1),
    lastToolCalls(db, run, ['create_item'], shown.questions),
    lastRunEvents(db, run, ['finished'], 1),
  ]);
  const written = end?.type === 'finished' ? verdictOf(end.verdict).result : undefined;
  const { result } = await finishResult(db, run, written);
  return {
    told: messages.flatMap((one) => (one.type === 'poke' ? [{ by: one.from, text: wordsOf(one.text) }] : [])),
    decisions: result?.decisions?.slice(-shown.decisions) ?? [],
    questions: asked.map(({ call: { question, default: own } }) => ({
      question,
      ...answerTo(question, messages),
      ...(own === undefined ? {} : { default: own }),
    })),
    summary: [
      [result?.title, result?.summary].filter(Boolean).join(': '),
      result?.tested ? `Tested: ${result.tested}` : '',
      ...blockers.map(({ call }) => `It could not go on: ${call.reason} It needs: ${call.needs}`),
      ...proposals.map(({ call }) => `It proposed another task: ${call.title}`),
    ].filter(Boolean),
    last: await lastWordsOf(db, run),
  };
}

/** Reports of progress would be lost among the lines of a talkative agent. */
async function lastWordsOf(db: Sources['db'], run: string): Promise<string[]> {
  const [progress, reports, messages] = await Promise.all([
    lastRunEvents(db, run, ['progress'], shown.progress),
    lastToolCalls(db, run, ['report_progress'], shown.progress),
    lastRunEvents(db, run, ['message'], shown.looked),
  ]);
  const steps = [
    ...progress.flatMap((event) => (event.type === 'progress' ? [at(event, event.message)] : [])),
    ...reports.map(({ at: time, call }) => ({ time, text: call.message })),
  ];
  const latest = newest(steps, shown.progress);
  const said = messages.flatMap((event) =>
    event.type === 'message' && event.stream !== 'thought' && event.text.trim() !== ''
      ? [at(event, event.text)]
      : [],
  );
  return newest([...latest, ...said.slice(latest.length - shown.words)], shown.words).map(({ text }) => text);
}

interface Word {
  time: number;
  text: string;
}

function at({ at: time }: ShimEvent, text: string): Word {
  return { time: Date.parse(time) || 0, text };
}

function newest(words: readonly Word[], most: number): Word[] {
  return words.toSorted((a, b) => a.time - b.time).slice(-most);
}

function answerTo(
  question: string,
  messages: readonly HostMessage[],
): Pick<EarlierWork['questions'][number], 'answer'> {
  const answer = messages.findLast((one) => one.type === 'answer' && one.question === question);
  return answer?.type === 'answer' ? { answer: { by: answer.from, text: answer.text } } : {};
}

/** What the person wrote of a poke as `buildPoke` words it. */
function wordsOf(poke: string): string {
  const [opening = '', empty, fence = '', ...rest] = poke.split('\n');
  const worded = opening.endsWith('says:') && empty === '' && /^[`~]{3}/.test(fence) && rest.length > 1;
  return worded ? rest.slice(0, -1).join('\n') : poke;
}

/** Undefined when nothing was handed over, or what was is not here any more, or cannot be looked at. */
async function branchOf(
  { db, handover, mirrors, log }: Sources,
  item: Item,
  { start, base }: Run,
  rows: readonly RunRow[],
): Promise<EarlierWork['branch'] | undefined> {
  const last = rows.findLast(({ bundleHead }) => bundleHead !== null);
  // What is being kept is kept from the same repository.
  if (!last?.bundleHead || !start || !base || (await hasOpenEffects(db, item.id, 'keep-work')))
    return undefined;
  const request = { mirror: mirrors.path(item.repo.id), start, base: base.sha, head: last.bundleHead };
  try {
    const judged = await handover.inspect({ run: last.id, ...request, rules: inspection });
    if (judged.kind === 'refused') return undefined;
    return { commits: judged.commits, files: judged.files.slice(0, shown.files) };
  } catch (error) {
    log.warn({ run: last.id, err: error }, 'what an earlier run handed over could not be looked at');
    return undefined;
  }
}

function redacted<T>(value: T, redact: (text: string) => string): T {
  if (typeof value === 'string') return redact(value) as T;
  if (Array.isArray(value)) return value.map((one) => redacted(one, redact)) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, redacted(one, redact)])) as T;
}
