/** Works through the queue of prompts, one at a time, until it is empty, a turn fails or somebody stops the run. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Agent } from './agent.ts';
import type { Journal } from './journal.ts';
import type { PromptQueue } from './prompts.ts';
import type { AgentEnd, Prompt } from './protocol.ts';
import type { Transcript } from './transcript.ts';
import type { TurnEnd } from './turn.ts';
import { factsOf, failureOf, type Stop, type WorkEnd } from './verdict.ts';

export interface Work {
  agent: Agent;
  prompts: PromptQueue;
  journal: Journal;
  transcript: Transcript;
  /** Aborts with a `Stop` as its reason. */
  stop: AbortSignal;
  /** How long (ms) a cancelled turn may take to end by itself. */
  grace: (stop: Stop) => number;
  /** Ends every process of the agent. */
  kill: () => Promise<void>;
}

export async function workThrough(work: Work): Promise<WorkEnd> {
  const { prompts, journal, transcript } = work;
  let last: AgentEnd | undefined;
  for (let prompt = prompts.next(); prompt; prompt = prompts.next()) {
    if (work.stop.aborted) break;
    const { number, kind, message } = prompt;
    journal.append({ type: 'prompt_started', number, kind });
    if (message !== undefined) journal.append({ type: 'poke_delivered', message, how: 'next_turn' });
    const end = await turn(work, prompt);
    const stopped = work.stop.aborted;
    const failure = stopped ? undefined : failureOf(end, transcript.lastLines());
    record(work, number, end, failure?.error);
    prompts.done(number);
    last = factsOf(end);
    if (failure) return { kind: 'failed', failure, end: last };
  }
  const facts = last && { end: last };
  return work.stop.aborted
    ? { kind: 'cancelled', stop: work.stop.reason as Stop, ...facts }
    : { kind: 'finished', ...facts };
}

/** One turn; when the run is stopped meanwhile it gets its grace and is then killed. */
async function turn(work: Work, prompt: Prompt): Promise<TurnEnd> {
  const ended = work.agent.prompt(prompt);
  const stopped = Promise.withResolvers<'stopped'>();
  const onStop = () => stopped.resolve('stopped');
  work.stop.addEventListener('abort', onStop, { once: true });
  if (work.stop.aborted) onStop();
  const first = await Promise.race([ended, stopped.promise]);
  work.stop.removeEventListener('abort', onStop);
  if (first !== 'stopped') return first;
  await work.agent.cancel();
  const timer = new AbortController();
  const late = await Promise.race([
    ended,
    sleep(work.grace(work.stop.reason as Stop), 'late' as const, { signal: timer.signal }),
  ]);
  timer.abort();
  if (late !== 'late') return late;
  await work.kill();
  return ended;
}

function record(work: Work, number: number, end: TurnEnd, error: string | undefined): void {
  if (end.kind === 'ended' && end.usage !== undefined) {
    work.transcript.tell({ type: 'usage', said: { turn: number, usage: end.usage } });
  }
  work.journal.append({
    type: 'prompt_ended',
    number,
    stop: end.kind === 'ended' ? end.stop : end.kind,
    ...(error !== undefined && { error }),
    ...(end.kind === 'ended' && end.exitCode !== undefined && { exitCode: end.exitCode }),
    ...(end.kind === 'ended' && end.lastLines !== undefined && { lastLines: end.lastLines }),
  });
}
