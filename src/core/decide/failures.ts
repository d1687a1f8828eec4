/** The failures that the rules themselves name: what happened, in a sentence with its numbers. */
import type { RunEvent } from '../event.ts';
import type { Failure, LimitName, Run } from '../item.ts';
import { dollarsOf } from '../money.ts';
import type { CeilingName, Policy } from '../policy.ts';
import { speakLine } from '../text/speak.ts';

/** A limit of the repository that a run reached. */
export function overLimit(limit: LimitName, policy: Policy, { cap }: Pick<Run, 'cap'> = {}): Failure {
  const { run, stall, disk, spend } = policy.limits;
  switch (limit) {
    case 'run':
      return {
        code: 'LIMIT_RUN',
        sentence: `The run took longer than limits.run (${seconds(run)}) and was stopped.`,
        todo: `Split the issue, or ${raise('run', policy)}.`,
      };
    case 'stall':
      return {
        code: 'AGENT_STALLED',
        sentence: `The agent showed no sign of life for longer than limits.stall (${seconds(stall)}) and was stopped.`,
        todo: 'Raise limits.stall in .github/prlt.yml if a step is slow by nature.',
      };
    case 'disk':
      return {
        code: 'LIMIT_DISK',
        sentence: `The run's workspace grew past limits.disk (${mebibytes(disk)}) and the run was stopped.`,
        todo: 'Make the run write less, or raise limits.disk in .github/prlt.yml.',
      };
    case 'spend':
      return {
        code: 'LIMIT_SPEND',
        sentence: `The run reached its cap of ${dollarsOf(cap ?? spend.run)} (limits.spend.run) and was stopped; its work is kept.`,
        todo: `Give \`/prlt retry --spend <dollars>\` to go on, or ${raise('spend.run', policy)}.`,
      };
    case 'spend_day':
      return {
        code: 'LIMIT_SPEND_DAY',
        sentence:
          'The runs of this repository have spent what a day may cost, and the run was stopped; its work goes on when there is money again.',
        todo: `Nothing; or ${raise('spend.day', policy)}.`,
      };
  }
}

/** Where a limit can be raised: where the operator's ceiling is what binds, the file of the repository does nothing. */
function raise(name: CeilingName, { ceilings }: Policy): string {
  const setting = ceilings?.[name];
  if (!setting) return `raise limits.${name} in .github/prlt.yml`;
  return `have the operator of the service raise ${setting}, which is what binds here`;
}

export function outOfMemory(policy: Policy): Failure {
  return {
    code: 'AGENT_OOM',
    sentence: `The run needed more memory than limits.memory (${mebibytes(policy.limits.memory)}) and was killed by the kernel.`,
    todo: `Make the job smaller, or ${raise('memory', policy)}.`,
  };
}

/** Of a start that came to nothing: there is no second way that people would have to reckon with. */
export function notAnotherWay(failure: Failure): Failure {
  return { ...failure, sentence: `${failure.sentence} Nothing was run another way.` };
}

export function lost({ cause, exitCode }: Extract<RunEvent, { type: 'run_lost' }>): Failure {
  const code = exitCode === undefined ? '' : ` (exit code ${exitCode})`;
  const how = cause === 'gone' ? 'disappeared' : `was ended from outside${code}`;
  return {
    code: 'RUN_LOST',
    sentence: `The agent's container ${how}.`,
    todo: 'Look at the engine of the machine that runs prlt.',
  };
}

/** What the provider of the agent's models did, or what only a person can settle. */
export function providerFailure(
  meaning: 'transient' | 'quota' | 'auth' | 'needs_person',
  { runner, verdict }: Run,
): Failure {
  const said = verdict?.error ? `: ${verdict.error}` : '';
  switch (meaning) {
    case 'transient':
      return {
        code: 'PROVIDER_UNAVAILABLE',
        sentence: `The model provider of the runner ${runner} was away${said}. The work goes on by itself.`,
      };
    case 'quota':
      return {
        code: 'PROVIDER_QUOTA',
        sentence: `The model provider of the runner ${runner} takes no more calls for now${said}.`,
      };
    case 'auth':
      return {
        code: 'PROVIDER_AUTH',
        sentence: `The model provider of the runner ${runner} does not take the service's key. The operator has been told; no attempt is used.`,
      };
    case 'needs_person':
      return { code: 'AGENT_NEEDS_PERSON', sentence: `The agent stopped and needs a person${said}.` };
  }
}

/** What an agent reported through `report_blocker`; its own words. */
export function blocked(reason: string, needs: string): Failure {
  return {
    code: 'AGENT_BLOCKED',
    sentence: `The agent cannot go on: ${reason}`,
    todo: `It needs: ${speakLine(needs, { max: 500 })} When that is there, give \`/prlt retry\`; \`/prlt poke "…"\` does the same and tells it something.`,
  };
}

/** What the shim said when a run failed. */
export function failureOf({ verdict }: Run, policy: Policy): Failure {
  const reason = verdict?.error ?? 'no reason given';
  if (verdict?.means === 'stalled') {
    return { code: 'AGENT_STALLED', sentence: `The agent's model fell silent: ${reason}.` };
  }
  switch (verdict?.cause) {
    case 'checkout':
      return notAnotherWay({
        code: 'CHECKOUT_FAILED',
        sentence: `The checkout could not be made: ${reason}.`,
      });
    case 'setup':
      return { code: 'SETUP_FAILED', sentence: `The set-up failed: ${reason}.` };
    case 'setup_time':
      return {
        code: 'LIMIT_SETUP',
        sentence: `The set-up was stopped: ${reason}.`,
        todo: `Do the slow part in the image, or ${raise('setup', policy)}.`,
      };
    case 'spawn':
      return notAnotherWay({
        code: 'SESSION_SPAWN_FAILED',
        sentence: `The agent could not be started: ${reason}.`,
      });
    case 'bundle':
      if (/larger than|over the limit/.test(reason)) {
        return {
          code: 'LIMIT_BUNDLE',
          sentence: `The change was not taken: ${reason}. It could not be kept either.`,
          todo: 'Keep build results and data files out of the branch; the operator can raise PRLT_MAX_BUNDLE.',
        };
      }
      return { code: 'PUBLISH_REFUSED', sentence: `The change was not taken: ${reason}.` };
    case 'protocol':
      return notAnotherWay({
        code: 'SESSION_SPAWN_FAILED',
        sentence: `The container and the service did not understand each other: ${reason}.`,
        todo: 'Build the images anew with `npm run runners:build` and give `/prlt start`.',
      });
    default:
      return { code: 'AGENT_FAILED', sentence: `The agent ${howItEnded(verdict, reason)}.` };
  }
}

function howItEnded(verdict: Run['verdict'], reason: string): string {
  if (verdict?.exitCode !== undefined) return `ended with exit code ${verdict.exitCode}`;
  return verdict?.signal === undefined ? `failed: ${reason}` : `was ended by ${verdict.signal}`;
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`;
}

function mebibytes(bytes: number): string {
  return `${Math.round(bytes / 2 ** 20)} MiB`;
}
