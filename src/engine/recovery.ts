/**
 * Asks GitHub for deliveries that never came: at the start, from time to time, and where no webhook can reach the
 * service, as the only way in. The payload is GitHub's word over TLS; its bytes are ours, so no HMAC covers them.
 */
import type { Logger } from 'pino';
import type { Authenticate, Octokit } from '../github/client.ts';
import { deliveryPayload, type ListedDelivery, listDeliveries } from '../github/deliveries.ts';
import { githubFailure } from '../github/failures.ts';
import { unknownGuids } from '../store/deliveries.ts';
import type { Inbox } from '../store/inbox.ts';
import { metaValue, setMeta } from '../store/meta.ts';
import type { Db } from '../store/open.ts';

export interface RecoveryParts {
  authenticate: Authenticate;
  db: Db;
  inbox: Inbox;
  log: Logger;
  /** Milliseconds since the epoch. */
  now: () => number;
  /** Whether anybody here listens to this event: the payload of another is not worth a request. */
  wants: (event: string) => boolean;
  /** Called when something was added to the inbox. */
  arrived: () => void;
}

/** What one look found. */
export interface Look {
  added: number;
  /** Deliveries that could not be fetched this time. */
  missed: number;
}

const seenName = 'deliveries/seen';
/** How far a look goes back behind what was seen, milliseconds: deliveries are listed out of order and late. */
const overlap = 5 * 60_000;
/** GitHub forgets deliveries after three days, Enterprise Server after seven. */
const oldest = 7 * 86_400_000;
/** Bounds one look: 10,000 deliveries. What lies behind is for the scan of the boards. */
const mostPages = 100;
const atOnce = 8;

/** One look. Rejects only when the list itself cannot be had. */
export async function recoverDeliveries(parts: RecoveryParts): Promise<Look> {
  const { db, log, now } = parts;
  const seen = Number(await metaValue(db, seenName, () => String(now())));
  const app = await parts.authenticate();
  const since = Math.max(seen - overlap, now() - oldest);
  const { deliveries, complete } = await listDeliveries(app, since, mostPages);
  if (!complete)
    log.warn({ listed: deliveries.length }, 'more deliveries than one look takes; the oldest are left');

  const wanted = deliveries.filter(({ event }) => parts.wants(event));
  const unknown = await unknownGuids(
    db,
    wanted.map(({ guid }) => guid),
  );
  const missing = wanted
    .filter(({ guid }) => unknown.has(guid))
    .toSorted((a, b) => a.deliveredAt - b.deliveredAt);
  let added = 0;
  const failed: ListedDelivery[] = [];
  for (let from = 0; from < missing.length; from += atOnce) {
    const group = missing.slice(from, from + atOnce);
    const results = await Promise.all(group.map((delivery) => fetchOne(parts, app, delivery)));
    added += results.filter((result) => result === 'stored').length;
    failed.push(...group.filter((_, index) => results[index] === 'failed'));
  }
  const newest = Math.max(seen, ...deliveries.map(({ deliveredAt }) => deliveredAt));
  await setMeta(db, seenName, String(Math.min(newest, ...failed.map(({ deliveredAt }) => deliveredAt))));
  if (added > 0) {
    log.info({ added, missed: failed.length }, 'deliveries that had not come were fetched from GitHub');
    parts.arrived();
  }
  return { added, missed: failed.length };
}

async function fetchOne(
  { inbox, log }: RecoveryParts,
  app: Octokit,
  { id, guid, event, deliveredAt }: ListedDelivery,
): Promise<'stored' | 'known' | 'gone' | 'failed'> {
  try {
    const payload = await deliveryPayload(app, id);
    if (!payload) return 'gone';
    const body = Buffer.from(JSON.stringify(payload));
    return await inbox.add({ guid, source: 'github', event, body, receivedAt: deliveredAt });
  } catch (error) {
    if (githubFailure(error)?.kind === 'gone') return 'gone';
    log.warn({ err: error, delivery: guid }, 'a delivery could not be fetched from GitHub');
    return 'failed';
  }
}

export interface Recovery {
  /** Ends after the look that is under way. */
  stop(): Promise<void>;
}

/** Looks now and every `every` milliseconds; a look that fails is logged and the next one makes up for it. */
export function startRecovery(parts: RecoveryParts, every: number): Recovery {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  let looking: Promise<void>;

  const look = async (): Promise<void> => {
    await recoverDeliveries(parts).catch((error: unknown) =>
      parts.log.warn({ err: error }, 'GitHub could not be asked for deliveries that had not come'),
    );
    if (!stopped) timer = setTimeout(again, every);
  };
  const again = (): void => {
    looking = look();
  };
  looking = look();

  return {
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      await looking;
    },
  };
}
