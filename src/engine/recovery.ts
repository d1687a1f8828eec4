/**
 * Asks GitHub for deliveries that never came: at the start, from time to time, and where no webhook can reach the
 * service, as the only way in. The payload is GitHub's word over TLS; its bytes are ours, so no HMAC covers them.
 */
import type { Logger } from 'pino';
import type { Authenticate, Octokit } from '../github/client.ts';
import { deliveryPayload, type ListedDelivery } from '../github/deliveries.ts';
import { githubFailure } from '../github/failures.ts';
import { unknownGuids } from '../store/deliveries.ts';
import type { Inbox } from '../store/inbox.ts';
import type { Db } from '../store/open.ts';
import { type Backlog, loadBacklog, saveBacklog, walkBack } from './delivery-backlog.ts';

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
  /** There is more than one look takes: the next one need not wait. */
  more: boolean;
}

/** Bounds one look, beside the pages of its walk. */
const mostFetched = 500;
const atOnce = 8;
/** Between looks where one does not take it all, milliseconds. */
const soon = 1_000;

/** One look. Rejects only when the list itself cannot be had. */
export async function recoverDeliveries(parts: RecoveryParts): Promise<Look> {
  const { db, log, now } = parts;
  const backlog = await loadBacklog(db, now());
  const app = await parts.authenticate();
  // The way back leads from the newest to the oldest, and they are wanted in the order in which they happened.
  const enough = !backlog.walk && backlog.missing.length >= mostFetched;
  const arrived = enough || (await walkBack({ ...parts, app }, backlog));
  if (!arrived) {
    log.info({ missing: backlog.missing.length }, 'more deliveries than one look takes; it goes on');
    return { added: 0, missed: 0, more: true };
  }
  const look = await fetchMissing(parts, app, backlog);
  if (look.added > 0) {
    log.info(look, 'deliveries that had not come were fetched from GitHub');
    parts.arrived();
  }
  return look;
}

/** Fetches the oldest of what is missing. A crash in between fetches no more again than it had just fetched. */
async function fetchMissing(parts: RecoveryParts, app: Octokit, backlog: Backlog): Promise<Look> {
  const oldestFirst = backlog.missing.toSorted((a, b) => a.deliveredAt - b.deliveredAt || a.id - b.id);
  const [due, rest] = [oldestFirst.slice(0, mostFetched), oldestFirst.slice(mostFetched)];
  const guids = due.map(({ guid }) => guid);
  const unknown = await unknownGuids(parts.db, guids);
  const missing = due.filter(({ guid }) => unknown.has(guid));
  const failed: ListedDelivery[] = [];
  let added = 0;
  let busy = false;
  let done = 0;
  for (; done < missing.length && !busy; done += atOnce) {
    const group = missing.slice(done, done + atOnce);
    const results = await fetchGroup(parts, app, group);
    added += results.filter((result) => result === 'stored').length;
    failed.push(...group.filter((_, index) => results[index] === 'failed' || results[index] === 'busy'));
    busy = results.includes('busy');
  }
  await saveBacklog(parts.db, { ...backlog, missing: [...failed, ...missing.slice(done), ...rest] });
  return { added, missed: failed.length, more: rest.length > 0 && !busy };
}

/** Beside each other, and stored in their order: GitHub's times are whole seconds. */
async function fetchGroup(
  parts: RecoveryParts,
  app: Octokit,
  group: readonly ListedDelivery[],
): Promise<('stored' | 'known' | Unfetched)[]> {
  const payloads = await Promise.all(group.map((delivery) => fetchOne(parts, app, delivery)));
  return Promise.all(
    payloads.map((payload, index) => {
      const delivery = group[index];
      if (typeof payload === 'string' || !delivery) return payload as Unfetched;
      const { guid, event, deliveredAt: receivedAt } = delivery;
      const body = Buffer.from(JSON.stringify(payload));
      return parts.inbox.add({ guid, source: 'github', event, body, receivedAt });
    }),
  );
}

type Unfetched = 'gone' | 'failed' | 'busy';

async function fetchOne(
  { log }: RecoveryParts,
  app: Octokit,
  { id, guid }: ListedDelivery,
): Promise<object | Unfetched> {
  try {
    return (await deliveryPayload(app, id)) ?? 'gone';
  } catch (error) {
    const failure = githubFailure(error);
    if (failure?.kind === 'gone') return 'gone';
    // GitHub said until when nothing is to be asked.
    if (failure?.kind === 'later' && failure.at !== undefined) return 'busy';
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
    const found = await recoverDeliveries(parts).catch((error: unknown) =>
      parts.log.warn({ err: error }, 'GitHub could not be asked for deliveries that had not come'),
    );
    if (!stopped) timer = setTimeout(again, found?.more ? Math.min(every, soon) : every);
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
