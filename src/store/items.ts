/** Items: facts as one document, with the columns that queries need computed by the one writer here. */
import { holdsSeat, type Item, waitsForSeat } from '#src/core/item.ts';
import { type Status, statusOf } from '#src/core/status.ts';
import type { Executor } from './open.ts';

export async function saveItem(db: Executor, item: Item, now: number): Promise<void> {
  const row = {
    repo: item.repo.id,
    number: item.number,
    pull: item.change?.pull?.number ?? null,
    status: statusOf(item),
    queued: waitsForSeat(item) ? 1 : 0,
    seat: holdsSeat(item) ? 1 : 0,
    run: item.run?.id ?? null,
    updated_at: now,
    facts: JSON.stringify(item),
  };
  await db
    .insertInto('items')
    .values({ id: item.id, board: item.board, host: item.host, node_id: item.nodeId, ...row })
    .onConflict((oc) => oc.column('id').doUpdateSet(row))
    .execute();
}

export async function itemById(db: Executor, id: string): Promise<Item | undefined> {
  const row = await db.selectFrom('items').select('facts').where('id', '=', id).executeTakeFirst();
  return row && parse(row.facts);
}

/** The item behind an issue's node id, the identity that renames and transfers keep. */
export async function itemByNode(db: Executor, host: string, nodeId: string): Promise<Item | undefined> {
  const row = await db
    .selectFrom('items')
    .select('facts')
    .where('board', '=', 'github')
    .where('host', '=', host)
    .where('node_id', '=', nodeId)
    .executeTakeFirst();
  return row && parse(row.facts);
}

/** The item behind an issue's number in a repository, as last heard. */
export async function itemByNumber(db: Executor, repo: number, number: number): Promise<Item | undefined> {
  const row = await db
    .selectFrom('items')
    .select('facts')
    .where('repo', '=', repo)
    .where('number', '=', number)
    .orderBy('updated_at', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row && parse(row.facts);
}

export async function itemByPull(db: Executor, repo: number, pull: number): Promise<Item | undefined> {
  const row = await db
    .selectFrom('items')
    .select('facts')
    .where('repo', '=', repo)
    .where('pull', '=', pull)
    .executeTakeFirst();
  return row && parse(row.facts);
}

/** Items that wait for a seat; indexed, since dispatch asks all the time. */
export async function queuedItems(db: Executor): Promise<Item[]> {
  const rows = await db.selectFrom('items').select('facts').where('queued', '=', 1).execute();
  return rows.map((row) => parse(row.facts));
}

/** Items in a status. */
export async function itemsIn(db: Executor, status: Status): Promise<Item[]> {
  const rows = await db.selectFrom('items').select('facts').where('status', '=', status).execute();
  return rows.map((row) => parse(row.facts));
}

/** Items whose run holds a seat. */
export async function seatedItems(db: Executor): Promise<Item[]> {
  const rows = await db.selectFrom('items').select('facts').where('seat', '=', 1).execute();
  return rows.map((row) => parse(row.facts));
}

export async function itemsOfRepos(db: Executor, repos: number[]): Promise<Item[]> {
  if (repos.length === 0) return [];
  const rows = await db.selectFrom('items').select('facts').where('repo', 'in', repos).execute();
  return rows.map((row) => parse(row.facts));
}

function parse(facts: string): Item {
  return JSON.parse(facts) as Item;
}
