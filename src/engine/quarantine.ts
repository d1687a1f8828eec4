/**
 * Keeps a step under which the process dies each time from stopping everything: steps are noted before they are begun,
 * one that a process died under twice is begun with nothing else under way, and after the third death it is set aside.
 */
import type { Logger } from 'pino';
import type { Db, Executor } from '../store/open.ts';
import {
  countDeaths,
  forgetParked,
  forgiveBegun,
  noteAccompanied,
  noteBack,
  noteBegun,
  notePark,
  type Step,
} from '../store/quarantine.ts';

export interface Quarantine {
  /** Those that may be begun now; whoever asked begins them all, and says `over` of each. */
  admit(steps: readonly Step[]): Step[];
  /** On disk before they are begun. */
  begin(db: Executor, steps: readonly Step[]): Promise<void>;
  /** It came back, with success or without; belongs into the transaction that records what came of it. */
  back(db: Executor, step: Step): Promise<void>;
  /** It is not under way any more. */
  over(step: Step): void;
  /** A process died under it once at least, and it has not come back since. */
  isSuspect(step: Step): boolean;
  /** It is to be set aside and not begun. */
  isCondemned(step: Step): boolean;
  /** Sets it aside. @param shownAs another name to keep it under */
  park(db: Executor, step: Step, reason: string, shownAs?: Step): Promise<void>;
  /** The process was told to stop: what does not come back from now on is no death. */
  ending(): Promise<void>;
}

export interface QuarantineParts {
  db: Db;
  log: Logger;
  now: () => number;
  wake: () => void;
  /** How long what was set aside is shown, milliseconds. */
  keep: number;
}

/** Deaths after which a step is begun alone, and after which it is set aside. */
export const patience = { together: 2, alone: 3 };
/** How long others wait for the turn of a step that is begun alone, and then for its end, milliseconds. */
const longestAlone = 30_000;

/** Once per process, before it begins anything: what is noted as begun was begun by one that died. */
export async function openQuarantine({ db, log, now, wake, keep }: QuarantineParts): Promise<Quarantine> {
  const deaths = new Map<string, number>();
  const condemned = new Set<string>();
  await forgetParked(db, now() - keep);
  for (const counted of await countDeaths(db)) {
    deaths.set(counted.step, counted.deaths);
    if (counted.alone && counted.deaths >= patience.alone) condemned.add(counted.step);
    if (counted.deaths > 0) log.warn(counted, 'a process died under this step and it has not come back');
  }
  const underWay = new Set<string>();
  let alone: string | undefined;
  let aloneTimer: NodeJS.Timeout | undefined;
  let heldUntil: number | undefined;
  let stopping = false;

  const needsToBeAlone = ({ step }: Step) => (deaths.get(step) ?? 0) >= patience.together;

  const beginAlone = (step: string): void => {
    alone = step;
    heldUntil = undefined;
    aloneTimer = setTimeout(() => {
      alone = undefined;
      noteAccompanied(db, step).then(wake, (error: unknown) => log.error({ err: error, step }, 'not noted'));
    }, longestAlone).unref();
  };

  /** Nothing else is begun for a while, so that what is to be alone gets its turn. */
  const hold = (): void => {
    heldUntil = now() + longestAlone;
    setTimeout(wake, longestAlone).unref();
  };

  return {
    admit: (steps) => {
      if (alone !== undefined) return [];
      const [suspect] = steps.filter(needsToBeAlone);
      if (suspect && underWay.size === 0) {
        beginAlone(suspect.step);
        underWay.add(suspect.step);
        return [suspect];
      }
      if (suspect && heldUntil === undefined) hold();
      if (heldUntil !== undefined && now() < heldUntil) return [];
      heldUntil = undefined;
      const free = steps.filter((step) => !needsToBeAlone(step));
      for (const { step } of free) underWay.add(step);
      return free;
    },
    begin: async (on, steps) => {
      if (stopping) return;
      await noteBegun(on, steps, steps.length === 1 && steps[0]?.step === alone);
    },
    back: async (on, { step }) => {
      await noteBack(on, step);
      deaths.delete(step);
    },
    over: ({ step }) => {
      underWay.delete(step);
      if (alone === step) {
        alone = undefined;
        clearTimeout(aloneTimer);
        wake();
      } else if (heldUntil !== undefined && underWay.size === 0) wake();
    },
    isSuspect: ({ step }) => (deaths.get(step) ?? 0) > 0,
    isCondemned: ({ step }) => condemned.has(step),
    park: async (on, step, reason, shownAs = step) => {
      log.error({ step: shownAs.step, item: step.item, reason }, 'QUARANTINED: a step is set aside');
      if (shownAs.step !== step.step) await noteBack(on, step.step);
      await notePark(on, shownAs, patience.together, reason, now());
      condemned.delete(step.step);
      deaths.set(step.step, patience.together);
    },
    ending: async () => {
      stopping = true;
      await forgiveBegun(db);
    },
  };
}

export const steps = {
  effect: (key: string, item: string): Step => ({ step: `effect:${key}`, item }),
  delivery: (guid: string): Step => ({ step: `delivery:${guid}` }),
  /** All that waits for an item; which of its events it was is found by taking them one at a time. */
  events: (item: string): Step => ({ step: `events:${item}`, item }),
  event: (seq: number, item: string): Step => ({ step: `event:${seq}`, item }),
};
