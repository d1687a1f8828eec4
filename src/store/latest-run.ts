/** The latest run of an item, or in a workspace, that was given something to do; its launch may yet have failed. */
import type { Executor } from './open.ts';
import { type RunRow, runById } from './runs.ts';

export async function latestRun(
  db: Executor,
  of: 'item' | 'workspace',
  id: string,
): Promise<RunRow | undefined> {
  const row = await db
    .selectFrom('runs')
    .select('id')
    .where(of, '=', id)
    .orderBy('epoch', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row && runById(db, row.id);
}
