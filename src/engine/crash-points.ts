/** Points at which the service can be made to die, so that what survives it can be tested. Off unless two variables ask. */
import { type EffectKind, effectKinds } from '../core/effect.ts';

/** Each has a point before and one after; the words say what "after" means. */
export const steps = {
  store: 'a delivery is in the inbox; its answer is not out',
  ack: 'the 2xx of a delivery is out',
  intake: "a delivery's events are recorded; the delivery is still pending",
  handle: 'a delivery is marked as done',
  decide: 'the events of an item are decided and its effects intended, in one transaction',
  claim: 'a seat is given',
  mint: 'a token for git is minted',
  mirror: "the repository's mirror is fetched",
  assign: 'what a run is given is recorded',
  socket: "a run's socket is open",
  launch: 'the container or process runs',
  events: 'events of a run are stored; their acknowledgement is not out',
  bundle: 'the finished branch is on disk; its acknowledgement is not out',
  finished: "a run's last word is stored",
  inspect: 'the branch passed the gates',
  push: 'the branch is pushed; the change is not recorded',
  stop: 'every process of a run has ended',
  remove: "a run's container is removed",
  close: "a run's socket is removed",
  workspace: "a run's workspace is removed",
  discard: 'what a run handed over is removed',
} as const;

/** Of every kind of effect in the ledger. */
export const effectSteps = {
  before: 'it is intended, nothing was sent',
  sent: 'it was carried out; that is not recorded',
  after: 'it is confirmed',
} as const;

export type Step = keyof typeof steps;
export type CrashPoint =
  | `${Step}:${'before' | 'after'}`
  | 'launch:created'
  | `effect:${EffectKind}:${keyof typeof effectSteps}`;

/** All of them, in the order of a story. */
export const crashPoints: readonly CrashPoint[] = [
  ...keysOf(steps).flatMap((step): CrashPoint[] =>
    step === 'launch'
      ? ['launch:before', 'launch:created', 'launch:after']
      : [`${step}:before`, `${step}:after`],
  ),
  ...effectKinds.flatMap((kind) => keysOf(effectSteps).map((when): CrashPoint => `effect:${kind}:${when}`)),
];

/** Called at a point; does not return when that is the one to die at by SIGKILL. */
export type Crash = (point: CrashPoint) => void;

/** What every service has that is not being tested. */
export const neverCrash: Crash = () => {};

export interface Arming {
  point: CrashPoint;
  /** At which time that the point is passed, from 1. */
  nth: number;
  /** STOP: it stands still there and does not die, so that something else can. */
  signal: 'KILL' | 'TERM' | 'STOP';
}

/**
 * `PRLT_CRASH_AT=<point>[:<nth>][:KILL|TERM|STOP]` together with `PRLT_CRASH_TESTING=yes`; one without the other is
 * refused or means nothing, so that nobody arms a point by accident.
 */
export function readArming(
  env: Record<string, string | undefined>,
): { ok: true; arming?: Arming } | { ok: false; problem: string } {
  const asked = env['PRLT_CRASH_AT'];
  if (!asked) return { ok: true };
  if (env['PRLT_CRASH_TESTING'] !== 'yes') {
    return {
      ok: false,
      problem:
        'PRLT_CRASH_AT makes the service kill itself. Unset it; only tests set it, with PRLT_CRASH_TESTING=yes.',
    };
  }
  const [, name = '', nth = '1', signal = 'KILL'] =
    /^(.+?)(?::(\d+))?(?::(KILL|TERM|STOP))?$/.exec(asked) ?? [];
  const point = crashPoints.find((one) => one === name);
  if (!point || Number(nth) < 1) {
    return {
      ok: false,
      problem: `PRLT_CRASH_AT names no crash point: ${asked}. docs/reliability.md lists them.`,
    };
  }
  return { ok: true, arming: { point, nth: Number(nth), signal: signal as Arming['signal'] } };
}

/** @param kill sends the signal to this process */
export function armed({ point, nth, signal }: Arming, kill: (signal: NodeJS.Signals) => void): Crash {
  let passed = 0;
  return (here) => {
    if (here !== point) return;
    passed += 1;
    if (passed === nth) kill(`SIG${signal}`);
  };
}

function keysOf<T extends object>(record: T): (keyof T & string)[] {
  return Object.keys(record) as (keyof T & string)[];
}
