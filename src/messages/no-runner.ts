/** What to tell people when no agent is configured: the smallest configuration that works, ready to paste. */
import { type UserError, userError } from '#src/core/errors.ts';
import { fenced } from '#src/core/text/fence.ts';
import { inlineCode } from '#src/core/text/inline-code.ts';

export const smallestConfig = 'profiles:\n  coder: { runner: command, command: [sh, scripts/agent.sh] }\n';

/** `profile`: the one that was looked for. `runner`: the one it names, when the service cannot run it. */
export function noRunner({ profile, runner }: { profile?: string; runner?: string }): UserError {
  const which = profile === undefined ? 'No profile' : `The profile ${inlineCode(profile, 60)}`;
  const sentence = runner
    ? `${which} names the runner ${inlineCode(runner, 60)}, which this service cannot run. Nothing was run another way.`
    : `${which} has ${profile === undefined ? 'a' : 'no'} runner. Nothing was run another way.`;
  const todo = [
    'Put this into `.github/prlt.yml` on the default branch, with your own command, and give `/prlt start`:',
    '',
    fenced(smallestConfig, 'yaml'),
  ].join('\n');
  return userError('NO_RUNNER', sentence, todo);
}
