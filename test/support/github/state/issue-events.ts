/** How a change of an issue is announced: as `issues`, or as `pull_request` when it is one. */
import type { Caller, Issue } from '../model.ts';
import { issueShape } from '../shapes/issues.ts';
import { pullShape } from '../shapes/pulls.ts';
import { actor, now, type World } from '../world.ts';

export const touch = (world: World, issue: Issue): void => {
  issue.updatedAt = now(world);
};

export function announceIssue(
  world: World,
  caller: Caller,
  issue: Issue,
  action: string,
  extra: Record<string, unknown> = {},
): void {
  const body =
    issue.pull === null
      ? { issue: issueShape(world, issue), ...extra }
      : { number: issue.number, pull_request: pullShape(world, issue.pull), ...extra };
  const event = issue.pull === null ? 'issues' : 'pull_request';
  world.announce({ event, action, repo: issue.repo, sender: actor(caller), body });
}
