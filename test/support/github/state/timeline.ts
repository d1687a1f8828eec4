/** What happened to an issue, kept as GitHub keeps it: who labelled, renamed, closed or edited it, and when. */
import type { Caller, Issue, IssueEvent } from '../model.ts';
import { actor, now, type World } from '../world.ts';

export function noteEvent(
  world: World,
  caller: Caller,
  issue: Issue,
  what: Pick<IssueEvent, 'event' | 'label' | 'rename'>,
): void {
  issue.events.push({
    id: world.ids.next(),
    nodeId: world.ids.node('LE'),
    actor: actor(caller),
    app: caller.app,
    createdAt: now(world),
    ...what,
  });
}
