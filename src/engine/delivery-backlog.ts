/**
 * The way back through the App's deliveries, newest first, to where the last one ended. It may take many looks and
 * outlives the process: what was seen moves on only at the end of the way, together with what was found missing.
 */
import type { Octokit } from '../github/client.ts';
import { type ListedDelivery, listDeliveries } from '../github/deliveries.ts';
import { githubFailure } from '../github/failures.ts';
import { unknownGuids } from '../store/deliveries.ts';
import { metaValue, setMeta } from '../store/meta.ts';
import type { Db } from '../store/open.ts';

export interface Backlog {
  /** Everything up to here has come or is in `missing`; milliseconds since the epoch, as are all times here. */
  seen: number;
  /** Found on the way and not fetched yet. */
  missing: ListedDelivery[];
  /** The way under way. */
  walk?: Walk;
}

interface Walk {
  /** Where it ends. */
  since: number;
  /** The newest of what it covers. */
  newest: number;
  /** Where in GitHub's list it goes on; at the beginning where there is none. */
  cursor?: string;
}

const seenName = 'deliveries/seen';
const backlogName = 'deliveries/backlog';
/** How far it goes back behind what was seen, milliseconds: deliveries are listed out of order and late. */
const overlap = 5 * 60_000;
/** GitHub forgets deliveries after three days, Enterprise Server after seven. */
const oldest = 7 * 86_400_000;
/** Bounds the requests of one look: 2,000 deliveries. */
const mostPages = 20;
/** Bounds what is kept; of more the oldest are, and the others are found by the next walk. */
const mostKept = 20_000;

export async function loadBacklog(db: Db, now: number): Promise<Backlog> {
  const seen = Number(await metaValue(db, seenName, () => String(now)));
  const rest = JSON.parse(await metaValue(db, backlogName, () => '{"missing":[]}')) as Omit<Backlog, 'seen'>;
  return { ...rest, seen, missing: rest.missing.filter(({ deliveredAt }) => deliveredAt >= now - oldest) };
}

export async function saveBacklog(db: Db, { seen, ...rest }: Backlog): Promise<void> {
  await db.transaction().execute(async (tx) => {
    await setMeta(tx, seenName, String(seen));
    await setMeta(tx, backlogName, JSON.stringify(rest));
  });
}

export interface WalkParts {
  app: Octokit;
  db: Db;
  now: () => number;
  wants: (event: string) => boolean;
}

/** Goes on, or sets out, for some pages; whether it arrived. What was read is saved also when it rejects. */
export async function walkBack(parts: WalkParts, backlog: Backlog): Promise<boolean> {
  const { seen } = backlog;
  backlog.walk ??= { since: Math.max(seen - overlap, parts.now() - oldest), newest: seen };
  const { walk } = backlog;
  try {
    for (let page = 0; page < mostPages && backlog.walk; page++) await readPage(parts, backlog, walk);
  } catch (error) {
    // GitHub does not know the place any more: the next walk begins anew.
    const kind = githubFailure(error)?.kind;
    if (kind === 'refused' || kind === 'gone') delete backlog.walk;
    throw error;
  } finally {
    keepOldest(backlog);
    await saveBacklog(parts.db, backlog);
  }
  return !backlog.walk;
}

async function readPage({ app, db, wants }: WalkParts, backlog: Backlog, walk: Walk): Promise<void> {
  const { deliveries, next } = await listDeliveries(app, walk.cursor);
  const covered = deliveries.filter(({ deliveredAt }) => deliveredAt >= walk.since);
  const found = new Map(backlog.missing.map((delivery) => [delivery.guid, delivery]));
  const wanted = covered.filter(({ event, guid }) => wants(event) && !found.has(guid));
  const unknown = await unknownGuids(
    db,
    wanted.map(({ guid }) => guid),
  );
  // One per GUID: the newest attempt comes first.
  for (const delivery of wanted) if (unknown.delete(delivery.guid)) backlog.missing.push(delivery);
  walk.newest = Math.max(walk.newest, ...covered.map(({ deliveredAt }) => deliveredAt));
  if (next !== undefined && covered.length === deliveries.length) {
    walk.cursor = next;
    return;
  }
  backlog.seen = walk.newest;
  delete backlog.walk;
}

function keepOldest(backlog: Backlog): void {
  if (backlog.missing.length <= mostKept) return;
  backlog.missing = backlog.missing.toSorted((a, b) => a.deliveredAt - b.deliveredAt).slice(0, mostKept);
  const newest = backlog.missing.at(-1)?.deliveredAt ?? backlog.seen;
  if (backlog.walk) backlog.walk.newest = newest;
  else backlog.seen = newest;
}
