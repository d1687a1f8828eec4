/** What an item learns when an effect it depends on will never be carried out, so that it stops by name and never hangs. */
import type { EffectBody } from '../core/effect.ts';
import type { ItemEvent } from '../core/event.ts';
import type { Failure } from '../core/item.ts';
import type { GitHubFailure } from '../github/failures.ts';

export function afterGivingUp(
  effect: EffectBody,
  kind: GitHubFailure['kind'] | undefined,
  reason: string,
): ItemEvent[] {
  switch (effect.kind) {
    case 'launch-run':
      return [
        {
          type: 'launch_failed',
          run: effect.run,
          failure: failureOf('DISPATCH_INVALID', kind, reason),
          again: false,
        },
      ];
    case 'publish':
      return [
        {
          type: 'change_refused',
          run: effect.run,
          failure: failureOf('PUSH_REJECTED', kind, reason),
          fault: 'final',
        },
      ];
    case 'open-pull':
      return [{ type: 'pull_refused', run: effect.run, failure: failureOf('PUBLISH_REFUSED', kind, reason) }];
    default:
      return [];
  }
}

function failureOf(code: string, kind: GitHubFailure['kind'] | undefined, reason: string): Failure {
  if (kind !== 'forbidden') return { code, sentence: reason };
  return {
    code: 'PERMISSION_MISSING',
    sentence: reason,
    todo: 'Compare the permissions of the App with docs/permissions.md and accept the newest ones in the installation.',
  };
}
