/** A run's end as it is understood: the shim's last word, what the agent said through tools, and the gateway's last call. */
import type { RunnerManifest } from '#runners/manifest.ts';
import { type EndFacts, understand } from '#runners/outcome.ts';
import type { Verdict as Said } from '#runners/shim/protocol.ts';
import type { Verdict } from '../core/verdict.ts';
import { keyRefused, quotaUsed } from '../messages/runner-waits.ts';
import type { Tx } from '../store/open.ts';
import { runnerRefused, runnerWorks } from '../store/runner-waits.ts';
import { lastCall } from '../store/spending.ts';
import { finishResult } from './agent-words.ts';
import { verdictOf } from './verdict.ts';

export interface LastWord {
  verdict: Verdict;
  /** The operator has to do something about this runner, and it is news. */
  refused?: { runner: string; sentence: string };
}

/** @param runner as the run was given, which may be a fallback */
export async function lastWord(
  tx: Tx,
  run: string,
  runner: RunnerManifest | undefined,
  said: Said,
  now: number,
): Promise<LastWord> {
  const heard = verdictOf(said);
  const result = await finishResult(tx, run, heard.result);
  const call = await lastCall(tx, run);
  const means = runner && meaningOf(runner, said, call);
  const verdict: Verdict = { ...heard, ...result, ...(means ? { means } : {}) };
  if (!runner) return { verdict };
  if (means === 'auth' || means === 'quota') {
    const sentence = (means === 'auth' ? keyRefused : quotaUsed)(runner.name, call?.provider);
    const news = await runnerRefused(tx, { runner: runner.name, reason: means, sentence }, now);
    return { verdict, ...(news ? { refused: { runner: runner.name, sentence } } : {}) };
  }
  if (call && call.status >= 200 && call.status < 300) await runnerWorks(tx, runner.name);
  return { verdict };
}

/** What ended before the agent had its say, or was told to end, is no matter of the runner's table. */
function meaningOf(
  { outcomes }: RunnerManifest,
  { outcome, cause, end }: Said,
  call: EndFacts['lastCall'],
): Verdict['means'] {
  const agents = cause === undefined || cause === 'agent_error' || cause === 'agent_exit';
  if (outcome === 'cancelled' || !agents || !end) return undefined;
  return understand(outcomes, { ...end, ...(call ? { lastCall: call } : {}) });
}
