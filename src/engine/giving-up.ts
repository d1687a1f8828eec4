/** What an item learns when an effect it depends on will never be carried out, so that it stops by name and never hangs. */
import type { EffectBody } from '../core/effect.ts';
import type { ItemEvent } from '../core/event.ts';
import type { Failure } from '../core/item.ts';
import type { GitHubFailure } from '../github/failures.ts';

export function afterGivingUp(
  effect: EffectBody,
  kind: GitHubFailure['kind'] | undefined,
  reason: string,
  /** A name of its own, where the cause has one. */
  code?: string,
): ItemEvent[] {
  const failure = (usual: string): Failure => failureOf(code ?? usual, kind, reason);
  switch (effect.kind) {
    case 'launch-run':
      return [
        {
          type: 'launch_failed',
          run: effect.run,
          failure: failure('DISPATCH_INVALID'),
          again: false,
        },
      ];
    case 'publish':
      return [
        {
          type: 'change_refused',
          run: effect.run,
          failure: failure('PUSH_REJECTED'),
          fault: 'final',
        },
      ];
    case 'open-pull':
      return [{ type: 'pull_refused', run: effect.run, failure: failure('PULL_REFUSED') }];
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
