/** The engine's side of the way out: what a run may reach, and the record of what it was refused. */
import type { Logger } from 'pino';
import type { EgressDesk } from '../gateway/desk.ts';
import { addRefusal, wayOutOf } from '../store/egress.ts';
import type { Db } from '../store/open.ts';

export interface EgressDeskParts {
  db: Db;
  /** What the operator allows now: a list that became shorter holds for runs under way as well. */
  hosts: readonly string[];
  log: Logger;
  now: () => number;
}

export function createEgressDesk({ db, hosts, log, now }: EgressDeskParts): EgressDesk {
  return {
    allowed: async (run) => {
      const way = await wayOutOf(db, run);
      return way?.network.filter((host) => hosts.includes(host)) ?? [];
    },
    repository: async (run) => (await wayOutOf(db, run))?.repository,
    refused: async (run, host, reason) => {
      // People read of it with the next edit of the status comment, and in `/prlt why`; it is worth no write of its own.
      await addRefusal(db, run, host, reason, now()).catch((error: unknown) => {
        log.error({ run, host, err: error }, 'a refusal could not be recorded');
      });
    },
  };
}
