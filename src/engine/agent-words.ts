/** What a run's agent said: over the shim's events and through its tools, put together by time. */
import type { ShimEvent } from '#runners/shim/protocol.ts';
import type { Result } from '../core/verdict.ts';
import type { ToolCall } from '../gateway/desk.ts';
import type { AgentSaid } from '../messages/agent-said.ts';
import type { Executor } from '../store/open.ts';
import { lastRunEvents } from '../store/runs.ts';
import { lastToolCalls } from '../store/tools.ts';

const shownQuestions = 5;
const shownProposals = 10;

/** The last things said, oldest first. */
export async function lastWords(
  db: Executor,
  run: string,
  most: number,
  of: { events: ShimEvent['type'][]; tools: ToolCall['tool'][] },
): Promise<string[]> {
  const [events, calls] = await Promise.all([
    lastRunEvents(db, run, of.events, most),
    lastToolCalls(db, run, of.tools, most),
  ]);
  const words = [
    ...events.map((event) => ({ at: Date.parse(event.at) || 0, text: lineOf(event) })),
    ...calls.map(({ at, call }) => ({ at, text: lineOfCall(call) })),
  ];
  return words
    .toSorted((a, b) => a.at - b.at)
    .slice(-most)
    .map(({ text }) => text);
}

/** What a run's agent wants people to know; undefined when that is nothing. */
export async function saidToPeople(db: Executor, run: string): Promise<AgentSaid | undefined> {
  const questions = await lastToolCalls(db, run, ['ask_human'], shownQuestions);
  const proposals = await lastToolCalls(db, run, ['create_item'], shownProposals);
  const [blocker] = await lastToolCalls(db, run, ['report_blocker'], 1);
  if (questions.length + proposals.length === 0 && !blocker) return undefined;
  return {
    questions: questions.map(({ call }) => call),
    proposals: proposals.map(({ call }) => call),
    ...(blocker ? { blocker: blocker.call } : {}),
  };
}

/** What an agent said of its work through `finish`, which goes before what it left in a result file, field by field. */
export async function finishResult(
  db: Executor,
  run: string,
  written: Result | undefined,
): Promise<{ result?: Result }> {
  const [last] = await lastToolCalls(db, run, ['finish'], 1);
  if (!last) return written ? { result: written } : {};
  const { tool: _tool, how_tested, ...said } = last.call;
  return { result: { ...written, ...said, ...(how_tested === undefined ? {} : { tested: how_tested }) } };
}

function lineOf(event: ShimEvent): string {
  switch (event.type) {
    case 'message':
    case 'note':
      return event.text;
    case 'progress':
      return event.message;
    case 'tool':
      return `[${event.status}] ${event.title}`;
    default:
      return event.type;
  }
}

function lineOfCall(call: ToolCall): string {
  switch (call.tool) {
    case 'report_progress':
      return call.message;
    case 'finish':
      return `[finish] ${[call.title, call.summary].filter(Boolean).join(': ')}`;
    case 'ask_human':
      return `[asks] ${[call.question, ...call.options.map((option) => `  - ${option}`)].join('\n')}${
        call.default === undefined ? '' : `\n  without an answer: ${call.default}`
      }`;
    case 'report_blocker':
      return `[cannot go on] ${call.reason}\n  needs: ${call.needs}`;
    case 'create_item':
      return `[proposes] ${call.title}`;
    case 'read_item':
      return `[reads] ${call.key}`;
  }
}
