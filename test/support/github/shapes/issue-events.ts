/** Events of an issue as GitHub shows them. */
import type { Issue, IssueEvent } from '../model.ts';
import type { World } from '../world.ts';
import { appShape } from './apps.ts';
import { repoUrl } from './repositories.ts';
import { userShape } from './users.ts';

export const issueEventShape = (world: World, issue: Issue, event: IssueEvent) => ({
  id: event.id,
  node_id: event.nodeId,
  url: `${repoUrl(world, issue.repo)}/issues/events/${event.id}`,
  actor: userShape(world, event.actor),
  event: event.event,
  commit_id: null,
  commit_url: null,
  created_at: event.createdAt,
  performed_via_github_app: event.app === null ? null : appShape(world, event.app),
  ...(event.label ? { label: event.label } : {}),
  ...(event.rename ? { rename: event.rename } : {}),
});
