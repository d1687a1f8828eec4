/** The engine's side of the agent's tools: every call is on disk before it is answered. */
import { tools } from '#runners/tools/definitions.ts';
import type { Item } from '../core/item.ts';
import { statusOf } from '../core/status.ts';
import type { ToolAnswer, ToolCall, ToolDesk } from '../gateway/desk.ts';
import {
  itemToRead,
  itemUnknown,
  questionRecorded,
  runIsOver,
  toolAnswers,
  tooMany,
} from '../messages/tool-answers.ts';
import { rearm } from '../store/effects.ts';
import { addEvents } from '../store/events.ts';
import { itemById, itemByNumber } from '../store/items.ts';
import type { Db, Tx } from '../store/open.ts';
import { type RunRow, runById } from '../store/runs.ts';
import { addToolCall, countToolCalls, isRepeat } from '../store/tools.ts';
import { wrapUpHint } from './wrap-up.ts';

export interface ToolDeskParts {
  db: Db;
  now: () => number;
  wake: () => void;
  /** Taken out of what is recorded, should an agent have come by one. */
  redact: (text: string) => string;
}

/** Progress alone edits the status comment at most so often, milliseconds. */
const progressPause = 15_000;

export function createToolDesk(parts: ToolDeskParts): ToolDesk {
  return {
    call: async (run, said) => {
      const call = withoutSecrets(said, parts.redact);
      const answer = await parts.db.transaction().execute((tx) => take(tx, run, call, parts.now()));
      parts.wake();
      return answer;
    },
  };
}

/** The same call twice in a row is one: agents repeat what they got no answer to. */
async function take(tx: Tx, run: string, call: ToolCall, now: number): Promise<ToolAnswer> {
  const row = await runById(tx, run);
  if (row?.state !== 'live') return refused(runIsOver);
  if (!(await isRepeat(tx, run, call))) {
    const most = tools[call.tool].perRun;
    if (most !== undefined && (await countToolCalls(tx, run, call.tool)) >= most) {
      return refused(tooMany(call.tool, most));
    }
    const id = await addToolCall(tx, run, call, now);
    await tell(tx, row, call, id, now);
  }
  const answer = await answerTo(tx, row, call);
  const hint = await wrapUpHint(tx, run);
  return hint === undefined ? answer : { ...answer, text: `${answer.text}\n\n${hint}` };
}

/** What of a call concerns people at once. */
async function tell(tx: Tx, row: RunRow, call: ToolCall, id: number, now: number): Promise<void> {
  if (call.tool === 'read_item' || call.tool === 'finish') return;
  if (call.tool === 'report_blocker') {
    const event = { type: 'run_blocked' as const, run: row.id, reason: call.reason, needs: call.needs };
    await addEvents(tx, [{ id: `run/${row.id}/tool/${id}`, item: row.item, event }], now);
  }
  const pause = call.tool === 'report_progress' ? progressPause : 0;
  await rearm(tx, `${row.item}/status-comment`, now + pause, now);
}

async function answerTo(tx: Tx, row: RunRow, call: ToolCall): Promise<ToolAnswer> {
  switch (call.tool) {
    case 'ask_human':
      return { kind: 'answer', text: questionRecorded(call.default) };
    case 'read_item':
      return readItem(tx, row, call.key);
    default:
      return { kind: 'answer', text: toolAnswers[call.tool] };
  }
}

/** Only what a permitted person once asked for, and only in the run's own repository. */
async function readItem(tx: Tx, row: RunRow, key: string): Promise<ToolAnswer> {
  const own = await itemById(tx, row.item);
  const item = own && (await itemNamed(tx, own, key.trim()));
  if (!item?.request) return refused(itemUnknown(key));
  const { title, body } = item.request.snapshot;
  return { kind: 'answer', text: itemToRead({ key: item.key, state: statusOf(item), title, body }) };
}

/** `GH-12`, `#12`, `12`, and `owner/repo#12` of the same repository. */
async function itemNamed(tx: Tx, { repo }: Item, key: string): Promise<Item | undefined> {
  const parts = /^(?:([\w.-]+\/[\w.-]+)?#|GH-)?([0-9]{1,9})$/i.exec(key);
  const elsewhere = parts?.[1] && parts[1].toLowerCase() !== `${repo.owner}/${repo.name}`.toLowerCase();
  return parts?.[2] === undefined || elsewhere ? undefined : itemByNumber(tx, repo.id, Number(parts[2]));
}

function refused(text: string): ToolAnswer {
  return { kind: 'refused', text };
}

function withoutSecrets<T>(value: T, redact: (text: string) => string): T {
  if (typeof value === 'string') return redact(value) as T;
  if (Array.isArray(value)) return value.map((one) => withoutSecrets(one, redact)) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [name, withoutSecrets(one, redact)]),
  ) as T;
}
