/** Answer to `/prlt why`: the verdict that dispatch itself uses, in words. */
import type { DispatchVerdict, HoldReason } from '#src/core/dispatch.ts';
import { inlineCode } from '#src/core/text/inline-code.ts';
import { speakLine } from '#src/core/text/speak.ts';

const reasons: Record<HoldReason, string> = {
  held_by_label: 'the label `agent:hold` holds it back; take it off to let it start',
  waiting_to_retry: 'it waits for the pause between two attempts',
  runner_waits: 'the provider of its runner takes no calls now',
  day_budget_used:
    'the runs of this repository have spent or reserved what `limits.spend.day` allows today (LIMIT_SPEND_DAY)',
  service_full:
    'as many runs are under way as the service allows (LIMIT_CONCURRENCY; the operator sets `PRLT_MAX_CONCURRENCY`)',
  repository_full:
    'as many runs are under way as `limits.concurrency` of `.github/prlt.yml` allows (LIMIT_CONCURRENCY)',
  no_free_agent:
    'every agent of its worker has a run; it is the next free one\u2019s turn by priority and age',
  low_disk: 'the machine has too little free disk for another run (LIMIT_DISK; `PRLT_MIN_DISK`)',
  low_memory: 'the machine has too little free memory for another run (LIMIT_MEMORY; `PRLT_MIN_MEMORY`)',
};

/** For an item that waits. `retryAt` is an ISO time. */
export function whyWaiting(verdict: DispatchVerdict, retryAt: string | undefined): string {
  const key = inlineCode(verdict.key, 150);
  if (verdict.verdict === 'start') return `${key} starts now, with agent ${inlineCode(verdict.agent, 60)}.`;
  const numbers = verdict.detail ? ` (${verdict.detail})` : '';
  const when = verdict.reason === 'waiting_to_retry' && retryAt ? ` until ${retryAt}` : '';
  return `${key} waits because ${reasons[verdict.reason]}${numbers}${when}.`;
}

/** For an item that nothing holds: what its state is, above what `status` says. */
export function whyNot(key: string): string {
  return `${inlineCode(key, 150)} does not wait for anything prlt decides. Where it stands:`;
}

/** Why the next step is put off; `reason` is what refused it, `until` the ISO time of the next try. */
export function whyPutOff(reason: string, until: string): string {
  return `The next step is put off until ${until}: ${speakLine(reason, { max: 400 })}`;
}
