/** What agents said through their tools, in the order in which they said it. */
import type { ToolCall } from '../gateway/desk.ts';
import type { Executor } from './open.ts';

type Tool = ToolCall['tool'];

/** A recorded call; `at` in milliseconds since the epoch. */
export interface Said<T extends Tool = Tool> {
  id: number;
  at: number;
  call: Extract<ToolCall, { tool: T }>;
}

/** Whether the run's latest call was this very one. */
export async function isRepeat(db: Executor, run: string, call: ToolCall): Promise<boolean> {
  const last = await db
    .selectFrom('tool_calls')
    .select('body')
    .where('run', '=', run)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  return last?.body === JSON.stringify(call);
}

/** Records a call and gives its number. Of the calls of `finish` only the latest is kept, since only that one counts. */
export async function addToolCall(db: Executor, run: string, call: ToolCall, now: number): Promise<number> {
  if (call.tool === 'finish') {
    await db.deleteFrom('tool_calls').where('run', '=', run).where('tool', '=', call.tool).execute();
  }
  const { insertId } = await db
    .insertInto('tool_calls')
    .values({ run, tool: call.tool, at: now, body: JSON.stringify(call) })
    .executeTakeFirstOrThrow();
  return Number(insertId);
}

export async function countToolCalls(db: Executor, run: string, tool: Tool): Promise<number> {
  const { calls } = await db
    .selectFrom('tool_calls')
    .select((eb) => eb.fn.countAll<number>().as('calls'))
    .where('run', '=', run)
    .where('tool', '=', tool)
    .executeTakeFirstOrThrow();
  return calls;
}

/** The last calls of some tools, oldest first. */
export async function lastToolCalls<T extends Tool>(
  db: Executor,
  run: string,
  tools: readonly T[],
  most: number,
): Promise<Said<T>[]> {
  const rows = await db
    .selectFrom('tool_calls')
    .select(['id', 'at', 'body'])
    .where('run', '=', run)
    .where('tool', 'in', tools)
    .orderBy('id', 'desc')
    .limit(most)
    .execute();
  return rows.map(({ id, at, body }) => ({ id, at, call: JSON.parse(body) as Said<T>['call'] })).toReversed();
}
