/** Rules for how runs begin: a seat is given, the container launched, the agent at work. */
import type { Decision } from '../decide.ts';
import { effect } from '../effect.ts';
import type { RunEvent } from '../event.ts';
import { type Item, liveRun, type Run, waitsForSeat } from '../item.ts';
import { pause, show } from './ending.ts';

type Of<T extends RunEvent['type']> = Extract<RunEvent, { type: T }>;

/** A seat is taken only while the item still waits for one: the request may have been taken back since. */
export function seatGiven(item: Item, event: Of<'seat_given'>, now: number): Decision {
  if (!waitsForSeat(item)) return { item, effects: [] };
  const run: Run = {
    ...event.run,
    ...goingOn(item),
    phase: 'claimed',
    claimedAt: now,
    attempt: item.attempts + 1,
    // Runs that were put aside are counted nowhere else.
    epoch: Math.max(item.generation * 1000 + item.attempts + item.losses, item.run?.epoch ?? 0) + 1,
  };
  const { retryAt: _retry, wait: _wait, continuation: _continuation, ...rest } = item;
  const claimed: Item = { ...rest, run };
  return {
    item: claimed,
    effects: [effect(claimed, { kind: 'launch-run', run: run.id }), ...show(claimed, pause)],
  };
}

/** Work that was put aside goes on in its own workspace, on its own branch. */
function goingOn({
  continuation,
}: Item): Pick<Run, 'workspace' | 'continues' | 'branch' | 'base' | 'start'> | undefined {
  if (!continuation) return undefined;
  const { workspace, branch, base, start, runs, reason, handover } = continuation;
  return { workspace, branch, base, start, continues: { runs, reason, ...(handover ? { handover } : {}) } };
}

export function runLaunched(item: Item, event: Of<'run_launched'>, now: number): Decision {
  const run = liveRun(item, event.run);
  if (!run) return { item, effects: [] };
  const launched: Item = {
    ...item,
    run: {
      ...run,
      phase: run.phase === 'claimed' ? 'launched' : run.phase,
      launchedAt: now,
      branch: event.branch,
      base: event.base,
      start: event.start,
    },
    notes: noted(item, event.notes),
  };
  return { item: launched, effects: [effect(launched, { kind: 'status-comment', pause })] };
}

export function runWorking(item: Item, event: Of<'run_working'>): Decision {
  const run = liveRun(item, event.run);
  if (!run || run.phase === 'publishing') return { item, effects: [] };
  // Its prompt has what was said before it began.
  const { said: _, ...heard } = item;
  const working: Item = { ...heard, run: { ...run, phase: 'working' }, notes: noted(item, event.notes) };
  return { item: working, effects: [effect(working, { kind: 'status-comment', pause })] };
}

export function runNoted(item: Item, event: Of<'run_noted'>): Decision {
  if (!liveRun(item, event.run)) return { item, effects: [] };
  const next = { ...item, notes: noted(item, event.notes) };
  return { item: next, effects: [effect(next, { kind: 'status-comment', pause })] };
}

/** A run has the first words and not all the space: what it says is an agent's word. */
const mostNotes = 20;

function noted(item: Item, notes: string[]): string[] {
  return [...new Set([...item.notes, ...notes.slice(0, Math.max(0, mostNotes - item.notes.length))])];
}
