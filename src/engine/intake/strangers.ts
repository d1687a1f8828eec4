/**
 * People who ask again and again without being allowed to: they are shown so a few times an hour in a repository, and
 * GitHub is asked about them ever less. Kept in memory; a restart forgives.
 */
import type { Person } from '../../core/item.ts';

export interface Strangers {
  /** Whether it is worth asking GitHub about this person again; a yes beyond the cap is given once a pause. */
  heeds(repo: number, person: Pick<Person, 'id'>): boolean;
  /** What GitHub said of them. */
  judged(repo: number, person: Pick<Person, 'id'>, may: boolean): void;
  /** Whether they are still shown that they may not ask. */
  shows(repo: number, person: Pick<Person, 'id'>): boolean;
}

/** Refusals that are shown within an hour, and the pause between questions about a person beyond them, milliseconds. */
const most = 10;
const hour = 3_600_000;
const pause = 60_000;
/** People remembered at most; the longest silent ones go first. */
const mostPeople = 10_000;

interface Record {
  refusals: number[];
  askedAt: number;
}

export function createStrangers(now: () => number): Strangers {
  const known = new Map<string, Record>();
  const keyOf = (repo: number, { id }: Pick<Person, 'id'>) => `${repo}/${id}`;
  const recent = (record: Record) => record.refusals.filter((at) => at > now() - hour);

  return {
    heeds: (repo, person) => {
      const record = known.get(keyOf(repo, person));
      if (!record || recent(record).length < most) return true;
      if (record.askedAt > now() - pause) return false;
      record.askedAt = now();
      return true;
    },
    judged: (repo, person, may) => {
      const key = keyOf(repo, person);
      const record = known.get(key) ?? { refusals: [], askedAt: 0 };
      known.delete(key);
      if (may) return;
      known.set(key, { refusals: [...recent(record), now()].slice(-most - 1), askedAt: now() });
      const [oldest] = known.keys();
      if (known.size > mostPeople && oldest !== undefined) known.delete(oldest);
    },
    shows: (repo, person) => {
      const record = known.get(keyOf(repo, person));
      return record === undefined || recent(record).length <= most;
    },
  };
}
