/**
 * What every runner's real CLI makes of a provider that fails, and that its table of outcomes understands it. With
 * UPDATE_OUTCOMES=1 the facts are kept in test/fixtures/outcomes, where the everyday tests read them.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RunnerManifest } from '#runners/manifest.ts';
import { type EndFacts, type OutcomeClass, understand } from '#runners/outcome.ts';
import { type AgentRun, startAgentRun } from '#test/support/agent-run.ts';
import type { Step } from '#test/support/models/step.ts';
import { chosenRunners } from './chosen.ts';
import { differencesOf } from './differences.ts';

/** Longest (ms) that a CLI may try again by itself; opencode takes its time, and cannot be told otherwise. */
const patience = 150_000;
const fixtures = join(import.meta.dirname, '../../fixtures/outcomes');

const billing = 'Your credit balance is too low to access the API. Please go to Plans & Billing.';
const quota = 'You exceeded your current quota, please check your plan and billing details.';
const failures: [name: string, step: Step, is: OutcomeClass][] = [
  ['400', { status: 400 }, 'crashed'],
  ['400 without credit', { status: 400, message: billing }, 'quota'],
  ['401', { status: 401 }, 'auth'],
  ['403', { status: 403 }, 'auth'],
  ['404', { status: 404 }, 'needs_person'],
  ['429', { status: 429, headers: { 'retry-after': '1' } }, 'transient'],
  ['429 without quota', { status: 429, type: 'insufficient_quota', message: quota }, 'quota'],
  ['500', { status: 500 }, 'transient'],
  ['529', { status: 529 }, 'transient'],
  ['a cut stream', { cut: true, say: 'I begin to' }, 'transient'],
  ['a silent stall', { stall: 'silent' }, 'stalled'],
  ['a stall midway', { stall: 'midway' }, 'stalled'],
  ['a refusal', { refuse: 'I cannot help with that.' }, 'needs_person'],
];

async function withRun(runner: RunnerManifest, use: (run: AgentRun) => Promise<void>): Promise<void> {
  const run = await startAgentRun({ runner, silenceMs: 2_000 });
  try {
    await use(run);
  } finally {
    await run.close();
  }
}

async function factsOf(run: AgentRun): Promise<EndFacts> {
  await run.host.until('prompt_started', undefined, patience);
  const { end } = await run.host.verdict(patience);
  const facts = { ...end, ...lastCallOf(run.metered) };
  // Ports are others each time.
  return JSON.parse(JSON.stringify(facts).replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:1')) as EndFacts;
}

/** As the service stores it: a call that the CLI itself gave up, often one for a title, says nothing. */
function lastCallOf(metered: AgentRun['metered']): Pick<EndFacts, 'lastCall'> {
  for (const { status, broken, errorType } of metered.toReversed()) {
    if (broken === 'given_up') continue;
    return { lastCall: { status, ...(broken && { broken }), ...(errorType !== undefined && { errorType }) } };
  }
  return {};
}

function keep(runner: string, name: string, facts: EndFacts, is: OutcomeClass): void {
  if (process.env['UPDATE_OUTCOMES'] !== '1') return;
  mkdirSync(join(fixtures, runner), { recursive: true });
  const file = join(fixtures, runner, `${name.replaceAll(' ', '-')}.json`);
  writeFileSync(file, `${JSON.stringify({ facts, is }, null, 2)}\n`);
}

describe.each(chosenRunners().map((runner) => [runner.name, runner] as const))('%s', (name, runner) => {
  it.concurrent.each(failures)('%s', async (failure, step, usually) => {
    const { refusal, keepsTrying } = await differencesOf(runner);
    const is = ('refuse' in step && refusal) || usually;
    await withRun(runner, async (run) => {
      run.models.answer = () => step;
      run.models.side = step;
      if (keepsTrying?.includes(failure)) {
        await run.models.until((call) => call.step !== undefined, patience);
        run.host.send({ type: 'cancel', reason: 'stalled' });
        expect(await run.host.verdict(patience)).toMatchObject({ outcome: 'cancelled' });
        return;
      }
      const facts = await factsOf(run);
      keep(name, failure, facts, is);
      expect([understand(runner.outcomes, facts), facts]).toEqual([is, facts]);
    });
  });

  it.concurrent.each<[string, Step]>([
    ['529', { status: 529 }],
    ['a cut stream', { cut: true, say: 'I begin to' }],
  ])('survives one hiccup: %s', async (_hiccup, step) => {
    await withRun(runner, async (run) => {
      run.models.script(step, { say: 'Fine.' });
      const facts = await factsOf(run);
      expect(understand(runner.outcomes, facts)).toBe('finished');
    });
  });
});
